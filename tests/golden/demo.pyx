# cython: language_level=3
from cpython.mem cimport PyMem_Malloc
from libc.stdlib cimport free


cdef extern from *:
    pass


def mismatch(size_t n):
    # one family gives it, another takes it
    cdef char *p = <char*>PyMem_Malloc(n)
    free(p)
