/* Starting the CLI from inside the program */
#ifndef UNFREED_SHIM_RECORD_REPORTER_H
#define UNFREED_SHIM_RECORD_REPORTER_H

#include <stdbool.h>
#include <stdint.h>

enum { REPORTER_PATH_BYTES = 4096, REPORTER_ARGUMENTS = 8 };

struct reporter {
        char path[REPORTER_PATH_BYTES];
        char *argv[REPORTER_ARGUMENTS]; /* NULL-terminated; the strings are the caller's */
        int memfd;                      /* left open for it; -1 = none */
        int out;                        /* becomes its stdout and stderr; -1 = the program's own */
        char **envp;                    /* the rest is reporter_run()'s */
        uint64_t mask;                  /* the program's blocked signals, for the CLI */
        long result;
};

/* Where the CLI is: into `ret_path` (REPORTER_PATH_BYTES). False: nowhere to be found. */
bool reporter_find(char *ret_path);

/* Run `path` with `argv`, wait for its end. Its exit status; -1 when it could not be run. */
int reporter_run(struct reporter *reporter);

#endif
