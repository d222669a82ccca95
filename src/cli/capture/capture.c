/* A capture: the processes of one run, or of several put together */
#include "cli/capture/arena.h"
#include "cli/capture/file.h"
#include "cli/say/say.h"

#include <stdlib.h>

int capture_add(struct capture *capture, const struct process *process)
{
        size_t n = capture->n_processes;
        if ((n & (n - 1)) == 0) { /* room is the next power of two */
                struct process *more = realloc(capture->processes, (n ? n * 2 : 1) * sizeof *more);
                if (!more)
                        return say_error("not enough memory for %zu processes", n + 1);
                capture->processes = more;
        }
        capture->processes[capture->n_processes++] = *process;
        return 0;
}

int capture_add_events(struct capture *capture, const struct log_chunk *chunk)
{
        size_t n = capture->n_events;
        if ((n & (n - 1)) == 0) {
                struct log_chunk *more = realloc(capture->events, (n ? n * 2 : 1) * sizeof *more);
                if (!more)
                        return say_error("not enough memory for the events of a log");
                capture->events = more;
        }
        capture->events[capture->n_events++] = *chunk;
        return 0;
}

void capture_deinit(struct capture *capture)
{
        for (size_t i = 0; i < capture->n_processes; i++)
                process_deinit(&capture->processes[i]);
        free(capture->processes);
        for (size_t i = 0; i < capture->n_events; i++) {
                free(capture->events[i].packed);
                free(capture->events[i].raw);
        }
        free(capture->events);
        unwatched_deinit(&capture->unwatched);
        if (capture->command_is_own)
                free(capture->command);
        *capture = (struct capture){0};
}
