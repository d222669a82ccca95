# cython: language_level=3
"""Memory that is lost while the GIL is not held."""
from libc.stdlib cimport malloc


cdef void *make(size_t n) nogil:
    return malloc(n)


def lose_without_gil(size_t n):
    cdef void *p
    with nogil:
        p = make(n)
    return p != NULL
