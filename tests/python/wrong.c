/* Other wrong releases in CPython's families, and blocks that are lost: one function each, by name
 *
 * `call(name)` runs one. What each must be found for is said in matrix.py.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))
#define NO_TAIL_CALL() __asm__ volatile("" ::: "memory")

static NOINLINE void twice_pymem(void)
{
        void *p = PyMem_Malloc(40);
        PyMem_Free(p);
        PyMem_Free(p);
        NO_TAIL_CALL();
}
static NOINLINE void twice_pyobject(void)
{
        void *p = PyObject_Malloc(700);
        PyObject_Free(p);
        PyObject_Free(p);
        NO_TAIL_CALL();
}
static NOINLINE void twice_raw(void)
{
        void *p = PyMem_RawMalloc(40);
        PyMem_RawFree(p);
        PyMem_RawFree(p);
        NO_TAIL_CALL();
}
static NOINLINE void inside_pymem(void)
{
        char *p = PyMem_Malloc(256);
        PyMem_Free(p + 64);
        PyMem_Free(p);
        NO_TAIL_CALL();
}
static NOINLINE void never_given(void)
{
        char local[64];
        PyMem_Free(local);
        NO_TAIL_CALL();
}
static NOINLINE void give_without_gil(void)
{
        void *p;
        Py_BEGIN_ALLOW_THREADS;
        p = PyMem_Malloc(64);
        Py_END_ALLOW_THREADS;
        PyMem_Free(p);
        NO_TAIL_CALL();
}
static NOINLINE void release_without_gil(void)
{
        void *p = PyMem_Malloc(64);
        Py_BEGIN_ALLOW_THREADS;
        PyMem_Free(p);
        Py_END_ALLOW_THREADS;
        NO_TAIL_CALL();
}
static NOINLINE void raw_without_gil(void)
{
        Py_BEGIN_ALLOW_THREADS;
        PyMem_RawFree(PyMem_RawMalloc(64));
        Py_END_ALLOW_THREADS;
}
static NOINLINE void lose_pymem(void) { memset(PyMem_Malloc(77), 1, 77); }
static NOINLINE void lose_raw(void) { memset(PyMem_RawMalloc(84), 1, 84); } /* the size of a note of tracemalloc's */
static NOINLINE void lose_malloc(void) { memset(malloc(79), 1, 79); }
static NOINLINE void lose_calloc(void) { memset(PyMem_Calloc(8, 10), 1, 80); }
static NOINLINE void lose_without_gil(void)
{
        Py_BEGIN_ALLOW_THREADS;
        memset(malloc(81), 1, 81);
        Py_END_ALLOW_THREADS;
}
static NOINLINE void write_past_pymem(void)
{
        char *p = PyMem_Malloc(16);
        ((volatile char *)p)[16] = 'x';
        PyMem_Free(p);
        NO_TAIL_CALL();
}
static NOINLINE void write_past_pyobject(void)
{
        char *p = PyObject_Malloc(3);
        ((volatile char *)p)[3] = 'x';
        PyObject_Free(p);
        NO_TAIL_CALL();
}
static NOINLINE void lose_lists(void) /* the collector still knows them */
{
        for (int i = 0; i < 100; i++)
                PyList_New(3);
        NO_TAIL_CALL();
}
static NOINLINE void lose_instances(void) /* of a class made here; each has a dict, or values in its place */
{
        PyObject *names = PyDict_New();
        PyObject *done = PyRun_String("class Node:\n    def __init__(self): self.next = None", Py_file_input, names, names);
        PyObject *node = PyDict_GetItemString(names, "Node");
        for (int i = 0; i < 100; i++)
                PyObject_CallObject(node, NULL);
        Py_XDECREF(done);
        Py_DECREF(names);
        NO_TAIL_CALL();
}
static NOINLINE void intern_names(void) /* which is for ever from 3.12 on, and nobody's leak */
{
        for (int i = 0; i < 100; i++) {
                PyObject *name = PyUnicode_FromFormat("a name that nobody else has, number %d", i);
                PyUnicode_InternInPlace(&name);
                Py_DECREF(name);
        }
        NO_TAIL_CALL();
}
static NOINLINE void resize_rightly(void)
{
        char *p = PyMem_Malloc(10);
        memcpy(p, "123456789", 10);
        p = PyMem_Realloc(p, 5000);
        if (!p || memcmp(p, "123456789", 10) != 0)
                abort();
        p = PyMem_Realloc(p, 12);
        if (!p || memcmp(p, "123456789", 10) != 0)
                abort();
        PyMem_Free(p);
        if (PyMem_Malloc((size_t)-1) || PyMem_Calloc((size_t)-1, 16))
                abort();
        PyMem_Free(PyMem_Realloc(NULL, 9));
        PyMem_Free(PyMem_Malloc(0));
        char *zeroed = PyMem_Calloc(3, 5);
        for (int i = 0; i < 15; i++)
                if (zeroed[i])
                        abort();
        PyMem_Free(zeroed);
}

#define ROW(name) {#name, name}
static const struct {
        const char *name;
        void (*run)(void);
} rows[] = {ROW(twice_pymem),       ROW(twice_pyobject),      ROW(twice_raw),       ROW(inside_pymem), ROW(never_given),
            ROW(give_without_gil),  ROW(release_without_gil), ROW(raw_without_gil), ROW(lose_pymem),   ROW(lose_raw),
            ROW(lose_malloc),       ROW(lose_calloc),         ROW(lose_without_gil), ROW(resize_rightly),
            ROW(lose_lists),          ROW(write_past_pymem),   ROW(write_past_pyobject),
            ROW(lose_instances),    ROW(intern_names)};

static PyObject *call(PyObject *self, PyObject *name)
{
        const char *wanted = PyUnicode_AsUTF8(name);
        for (size_t i = 0; wanted && i < sizeof rows / sizeof *rows; i++)
                if (strcmp(rows[i].name, wanted) == 0) {
                        rows[i].run();
                        Py_RETURN_NONE;
                }
        if (wanted)
                PyErr_Format(PyExc_KeyError, "%s", wanted);
        return NULL;
}

static PyMethodDef methods[] = {{"call", call, METH_O, NULL}, {NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "wrong", NULL, -1, methods};
PyMODINIT_FUNC PyInit_wrong(void) { return PyModule_Create(&definition); }
