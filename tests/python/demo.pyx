# cython: language_level=3
"""Three ways to hold a buffer from Cython: forgotten, released by the wrong function, and right."""
from cpython.mem cimport PyMem_Malloc, PyMem_Free
from libc.stdlib cimport free
from libc.string cimport memset


def forget(size_t n):
    cdef char *p = <char *>PyMem_Malloc(n)
    memset(p, 0, n)
    return p[n - 1]  # and no PyMem_Free(p)


def mismatch(size_t n):
    cdef char *p = <char *>PyMem_Malloc(n)
    memset(p, 0, n)
    free(p)  # not the function that belongs to PyMem_Malloc


cdef class Buffer:
    """As it should be: the object owns the memory, and whoever drops the object releases it."""
    cdef char *p

    def __cinit__(self, size_t n):
        self.p = <char *>PyMem_Malloc(n)
        if self.p == NULL:
            raise MemoryError()
        memset(self.p, 0, n)

    def __dealloc__(self):
        PyMem_Free(self.p)
