/* One capture that shows everything a report can show, and how to write it */
#ifndef TESTS_REPORT_SCENE_H
#define TESTS_REPORT_SCENE_H

#include "policy/capture_maker.h"

struct scene {
        struct capture *capture;
        struct process *process;
        struct options options;
        unsigned columns; /* of the terminal that is written on; 0 = none */
};

struct scene scene_new(void);
void scene_leaks(struct scene *scene);  /* two leaks, one reachable: the first example of every manual */
void scene_python(struct scene *scene); /* a Cython mismatch under a Python script */
void scene_wrongs(struct scene *scene); /* one wrong release of every kind */
void scene_rest(struct scene *scene);   /* C++, recursion, nameless code, a second process, things dropped */

/* The document in memory of its own. */
char *scene_written(const struct scene *scene, const char *format, size_t *ret_bytes);

#endif
