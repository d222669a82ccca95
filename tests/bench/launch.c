/* Runs a program and writes what it cost, as the kernel accounts it, into a file: seconds of user + system time, most
 * resident KiB, status. A process of its own for that, and a small one: what a program's resident size was at its most
 * includes that of the process it was forked from. Arguments: file, core to be pinned to (-1 = none), program ….
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
        if (argc < 4)
                return 125;
        int cpu = atoi(argv[2]), status = 0;
        struct rusage usage;
        pid_t child = fork();
        if (child == 0) {
                if (cpu >= 0) {
                        cpu_set_t set;
                        CPU_ZERO(&set);
                        CPU_SET(cpu, &set);
                        sched_setaffinity(0, sizeof set, &set);
                }
                execvp(argv[3], argv + 3);
                _exit(127);
        }
        if (child < 0 || wait4(child, &status, 0, &usage) != child)
                return 125;
        FILE *file = fopen(argv[1], "w");
        if (!file)
                return 125;
        fprintf(file, "%.6f %ld %d\n",
                (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
                usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
        return fclose(file) == 0 ? 0 : 125;
}
