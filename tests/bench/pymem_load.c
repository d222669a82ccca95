/* An extension that asks CPython for memory a million times a second: the load of a busy Cython module
 *
 * load(n, work): n rounds, each one PyMem_Malloc and one PyMem_Free from one of ten places, with `work` turns of
 * arithmetic between, so that without us a round takes about a microsecond. Some blocks stay for a while, as in life.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NOINLINE __attribute__((noinline))
enum { HELD = 1024 };

static NOINLINE unsigned long turn(unsigned long x, long work)
{
        for (long i = 0; i < work; i++)
                x = x * 6364136223846793005ul + 1442695040888963407ul;
        return x;
}

#define PLACE(n)                                                                                                       \
        static NOINLINE char *make_##n(unsigned long x)                                                                \
        {                                                                                                              \
                char *p = PyMem_Malloc(16 + x % 240);                                                                  \
                p[0] = (char)x;                                                                                        \
                return p;                                                                                              \
        }
PLACE(0) PLACE(1) PLACE(2) PLACE(3) PLACE(4) PLACE(5) PLACE(6) PLACE(7) PLACE(8) PLACE(9)
static char *(*const places[10])(unsigned long) = {make_0, make_1, make_2, make_3, make_4,
                                                   make_5, make_6, make_7, make_8, make_9};

static PyObject *load(PyObject *self, PyObject *arguments)
{
        long rounds, work;
        static char *held[HELD];
        unsigned long x = 1;
        if (!PyArg_ParseTuple(arguments, "ll", &rounds, &work))
                return NULL;
        for (long i = 0; i < rounds; i++) {
                x = turn(x, work);
                char **at = &held[(x >> 20) % HELD];
                PyMem_Free(*at);
                *at = places[(x >> 33) % 10](x >> 40);
        }
        for (int i = 0; i < HELD; i++) {
                PyMem_Free(held[i]);
                held[i] = NULL;
        }
        return PyLong_FromUnsignedLong(x);
}

static PyMethodDef methods[] = {{"load", load, METH_VARARGS, NULL}, {NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "pymem_load", NULL, -1, methods};
PyMODINIT_FUNC PyInit_pymem_load(void) { return PyModule_Create(&definition); }
