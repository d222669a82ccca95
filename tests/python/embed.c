/* A program that embeds CPython: usage: embed MODE [sound]
 *
 *      again       initialises, works and finalises three times
 *      nested      three sub-interpreters beside the main one, made and ended; twice
 *      loaded LIB  loads the library by dlopen() for itself alone, works, finalises, unloads it; twice
 *
 * In each life the program loses fifty blocks of PyMem_Malloc and gives one of malloc to PyMem_Free, which must be found each
 * time; with `sound` it does not.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))
#ifdef LOADED
#define EACH(X)                                                                                                        \
        X(void, Py_Initialize, (void))                                                                                 \
        X(int, Py_FinalizeEx, (void))                                                                                  \
        X(PyThreadState *, Py_NewInterpreter, (void))                                                                  \
        X(void, Py_EndInterpreter, (PyThreadState *))                                                                  \
        X(PyThreadState *, PyThreadState_Swap, (PyThreadState *))                                                      \
        X(int, PyRun_SimpleStringFlags, (const char *, PyCompilerFlags *))                                             \
        X(void *, PyMem_Malloc, (size_t))                                                                              \
        X(void, PyMem_Free, (void *))
#define X(result, name, parameters) static result(*the_##name) parameters;
EACH(X)
#undef X
#define CALL(name) the_##name
#else
#define CALL(name) name
#endif

static const char work[] = "import json, re, collections, threading\n"
                           "class Node:\n"
                           "    def __init__(self, n): self.n, self.me = [n] * 3, self\n"
                           "kept = [Node(n) for n in range(500)]\n"
                           "text = json.dumps([{'key': n, 'names': re.findall('[a-z]+', 'ab cd')} for n in range(200)])\n"
                           "t = threading.Thread(target=lambda: [bytearray(n) for n in range(200)]); t.start(); t.join()\n"
                           "assert len(json.loads(text)) == 200\n";

static NOINLINE void lose(void)
{
        for (int i = 0; i < 50; i++)
                memset(CALL(PyMem_Malloc)(77), 1, 77);
        __asm__ volatile("" ::: "memory");
}

static NOINLINE void mix(void)
{
        CALL(PyMem_Free)(malloc(300));
        __asm__ volatile("" ::: "memory"); /* no tail call */
}

static void live(int sound)
{
        if (CALL(PyRun_SimpleStringFlags)(work, NULL) != 0)
                abort();
        if (!sound) {
                lose();
                mix();
        }
}

static void again(int sound)
{
        for (int i = 0; i < 3; i++) {
                CALL(Py_Initialize)();
                live(sound);
                CALL(Py_FinalizeEx)();
        }
}

static void nested(int sound)
{
        for (int i = 0; i < 2; i++) {
                CALL(Py_Initialize)();
                PyThreadState *first = CALL(PyThreadState_Swap)(NULL), *others[3];
                for (int k = 0; k < 3; k++) {
                        CALL(PyThreadState_Swap)(first);
                        others[k] = CALL(Py_NewInterpreter)();
                        live(sound);
                }
                for (int k = 0; k < 3; k++) {
                        CALL(PyThreadState_Swap)(others[k]);
                        CALL(Py_EndInterpreter)(others[k]);
                }
                CALL(PyThreadState_Swap)(first);
                live(sound);
                CALL(Py_FinalizeEx)();
        }
}

#ifdef LOADED
static void loaded(const char *path, int sound)
{
        for (int i = 0; i < 2; i++) {
                void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
                if (!handle) {
                        puts(dlerror());
                        exit(2);
                }
#define X(result, name, parameters) the_##name = (result(*) parameters)dlsym(handle, #name);
                EACH(X)
#undef X
                the_Py_Initialize();
                /* An extension would not find the library's symbols: only what is built in is used. */
                if (the_PyRun_SimpleStringFlags("import sys, marshal\nkept = [[n, str(n)] for n in range(999)]\n", NULL) != 0)
                        abort();
                if (!sound) {
                        lose();
                        mix();
                }
                the_Py_FinalizeEx();
                dlclose(handle);
                printf("%s\n", dlopen(path, RTLD_NOW | RTLD_NOLOAD) ? "still there" : "gone");
                fflush(stdout);
                free(malloc(64));
        }
}
#endif

int main(int argc, char **argv)
{
        int sound = argc > 1 && strcmp(argv[argc - 1], "sound") == 0;
#ifdef LOADED
        loaded(argv[1], sound);
        (void)again;
        (void)nested;
#else
        if (argc > 1 && strcmp(argv[1], "nested") == 0)
                nested(sound);
        else
                again(sound);
#endif
        puts("the program lived on");
        return 0;
}
