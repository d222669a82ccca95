/* Blocks of one family given to the function of another: every mixed pair, once
 *
 * Four families give (malloc, PyMem_Malloc, PyObject_Malloc, PyMem_RawMalloc), the release and the realloc of the
 * three others take, small (which CPython serves from its own pools) and large (which it asks malloc for). Each pair
 * has a function of its own, so that each is a site of its own: `run()` calls them all and `names()` says how they
 * are called. The right pairs are here too: they must not be accused.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL = 40, LARGE = 2000 };
static void *volatile kept[256]; /* what realloc gave, so that it is no leak */
static int n_kept;

#define PAIR(giver, give, taker, resize, release)                                                                      \
        static __attribute__((noinline)) void giver##_to_##taker##_free_small(void)                                    \
        {                                                                                                              \
                release(give(SMALL));                                                                                  \
                __asm__ volatile("" ::: "memory"); /* no tail call */                                                  \
        }                                                                                                              \
        static __attribute__((noinline)) void giver##_to_##taker##_free_large(void)                                    \
        {                                                                                                              \
                release(give(LARGE));                                                                                  \
                __asm__ volatile("" ::: "memory");                                                                     \
        }                                                                                                              \
        static __attribute__((noinline)) void giver##_to_##taker##_realloc_small(void)                                 \
        {                                                                                                              \
                kept[n_kept++] = resize(give(SMALL), 3 * SMALL);                                                       \
        }                                                                                                              \
        static __attribute__((noinline)) void giver##_to_##taker##_realloc_large(void)                                 \
        {                                                                                                              \
                kept[n_kept++] = resize(give(LARGE), 3 * LARGE);                                                       \
        }
#define TAKERS(giver, give)                                                                                            \
        PAIR(giver, give, malloc, realloc, free)                                                                       \
        PAIR(giver, give, pymem, PyMem_Realloc, PyMem_Free)                                                            \
        PAIR(giver, give, pyobject, PyObject_Realloc, PyObject_Free)                                                   \
        PAIR(giver, give, pymem_raw, PyMem_RawRealloc, PyMem_RawFree)
TAKERS(malloc, malloc)
TAKERS(pymem, PyMem_Malloc)
TAKERS(pyobject, PyObject_Malloc)
TAKERS(pymem_raw, PyMem_RawMalloc)

#define ROWS_OF(giver, taker)                                                                                          \
        {#giver "_to_" #taker "_free_small", giver##_to_##taker##_free_small},                                         \
                {#giver "_to_" #taker "_free_large", giver##_to_##taker##_free_large},                                 \
                {#giver "_to_" #taker "_realloc_small", giver##_to_##taker##_realloc_small},                           \
                {#giver "_to_" #taker "_realloc_large", giver##_to_##taker##_realloc_large},
#define ROWS(giver) ROWS_OF(giver, malloc) ROWS_OF(giver, pymem) ROWS_OF(giver, pyobject) ROWS_OF(giver, pymem_raw)
static const struct {
        const char *name;
        void (*run)(void);
} rows[] = {ROWS(malloc) ROWS(pymem) ROWS(pyobject) ROWS(pymem_raw)};
enum { N_ROWS = sizeof rows / sizeof *rows };

static PyObject *run(PyObject *self, PyObject *nothing)
{
        for (int i = 0; i < N_ROWS; i++)
                rows[i].run();
        Py_RETURN_NONE;
}

static PyObject *call(PyObject *self, PyObject *name)
{
        const char *wanted = PyUnicode_AsUTF8(name);
        for (int i = 0; wanted && i < N_ROWS; i++)
                if (strcmp(rows[i].name, wanted) == 0) {
                        rows[i].run();
                        Py_RETURN_NONE;
                }
        if (wanted)
                PyErr_Format(PyExc_KeyError, "%s", wanted);
        return NULL;
}

static PyObject *names(PyObject *self, PyObject *nothing)
{
        PyObject *list = PyList_New(N_ROWS);
        for (int i = 0; list && i < N_ROWS; i++)
                PyList_SET_ITEM(list, i, PyUnicode_FromString(rows[i].name));
        return list;
}

static PyMethodDef methods[] = {{"run", run, METH_NOARGS, NULL}, {"call", call, METH_O, NULL}, {"names", names, METH_NOARGS, NULL}, {NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "pairs", NULL, -1, methods};
PyMODINIT_FUNC PyInit_pairs(void) { return PyModule_Create(&definition); }
