/* A C extension that loses what it made: references, and memory of each kind */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>

static PyObject *lose_list(PyObject *self, PyObject *unused)
{
        PyList_New(0);
        Py_RETURN_NONE;
}

static PyObject *lose_dict(PyObject *self, PyObject *unused)
{
        PyDict_New();
        Py_RETURN_NONE;
}

static PyObject *lose_str(PyObject *self, PyObject *unused)
{
        PyUnicode_FromFormat("%0100d", 7);
        Py_RETURN_NONE;
}

static PyObject *lose_reference(PyObject *self, PyObject *object)
{
        Py_INCREF(object);
        Py_RETURN_NONE;
}

static PyObject *lose_pymem(PyObject *self, PyObject *unused)
{
        PyMem_Malloc(100);
        Py_RETURN_NONE;
}

static PyObject *lose_malloc(PyObject *self, PyObject *unused) { return PyLong_FromLong(malloc(16) != NULL); }

static PyObject *lose_nothing(PyObject *self, PyObject *unused)
{
        free(malloc(16));
        PyMem_Free(PyMem_Malloc(100));
        Py_XDECREF(PyList_New(3));
        Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
        {"lose_list", lose_list, METH_NOARGS, NULL},       {"lose_dict", lose_dict, METH_NOARGS, NULL},
        {"lose_str", lose_str, METH_NOARGS, NULL},         {"lose_reference", lose_reference, METH_O, NULL},
        {"lose_pymem", lose_pymem, METH_NOARGS, NULL},     {"lose_malloc", lose_malloc, METH_NOARGS, NULL},
        {"lose_nothing", lose_nothing, METH_NOARGS, NULL}, {NULL},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "lose", NULL, -1, methods};

PyMODINIT_FUNC PyInit_lose(void) { return PyModule_Create(&definition); }
