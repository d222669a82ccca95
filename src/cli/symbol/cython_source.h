/* Generated C, read for the .pyx lines that it was made from */
#ifndef UNFREED_CLI_SYMBOL_CYTHON_SOURCE_H
#define UNFREED_CLI_SYMBOL_CYTHON_SOURCE_H

#include "cli/symbol/texts.h"

struct cython_source;

/* Never NULL; knows nothing when there is no such file, or it is not Cython's. */
struct cython_source *cython_source_new(struct texts *texts, const char *c_path);
void cython_source_free(struct cython_source *source);

/* Where line `c_line`, which must be in the C function `c_name`, came from. Outputs untouched when that is not known;
 * a file that does not have that function at that line was generated anew since, and says nothing. */
void cython_source_line(const struct cython_source *source, const char *c_name, int c_line, const char **ret_file,
                        int *ret_line);

/* The same for a function that has a name of its own in C (cdef public), which may also be C that was put into the .pyx
 * as it is: there must be a comment inside the function. */
void cython_source_public_line(const struct cython_source *source, const char *c_name, int c_line,
                               const char **ret_file, int *ret_line);

/* The C function that makes the generator whose body is `c_name`; NULL = not known. */
const char *cython_source_maker(const struct cython_source *source, const char *c_name);

#endif
