/* A capture of which a log tells more than what was left at the end: see metric.h */
#include "cli/capture/metric.h"

#include "cli/capture/replay.h"
#include "cli/say/say.h"

#include <stdlib.h>

static struct site site_of(const struct replay_site *from, enum metric metric)
{
        struct site site = {.stack = from->stack,
                            .family = from->family,
                            .verdict = WIRE_VERDICT_REACHABLE, /* it is no leak, and nobody was asked */
                            .least_bytes = from->least_bytes,
                            .most_bytes = from->most_bytes,
                            .lived_us = from->lived_us,
                            .longest_us = from->longest_us};
        switch (metric) {
        case METRIC_PEAK:
                site.blocks = from->peak_blocks;
                site.bytes = from->peak_bytes;
                break;
        case METRIC_TEMPORARY:
                site.blocks = from->temporary_blocks;
                site.bytes = from->temporary_bytes;
                break;
        default:
                site.blocks = from->births;
                site.bytes = from->born_bytes;
                break;
        }
        return site;
}

static bool sites_replace(struct process *process, const struct replay *replay, enum metric metric)
{
        struct site *sites = calloc(replay->n + 1, sizeof *sites);
        if (!sites)
                return false;
        free(process->sites);
        process->sites = sites;
        process->n_sites = process->n_wrongs = process->n_holders = 0;
        for (size_t i = 0; i < replay->n; i++) {
                struct site site = site_of(&replay->sites[i], metric);
                if (site.blocks)
                        sites[process->n_sites++] = site;
        }
        process->log_events = replay->events;
        process->log_lost = replay->lost;
        process->log_unknown = replay->unknown;
        return true;
}

int metric_apply(struct capture *capture, enum metric metric)
{
        struct pieces pieces;
        size_t n_logged = 0;
        for (size_t i = 0; i < capture->n_processes; i++)
                n_logged += capture->processes[i].is_logged;
        if (!n_logged)
                return say_error(
                        "there is no log in this capture: run the program with --log=FILE, and report that file");
        int answer = pieces_list(capture, &pieces);
        if (answer < 0)
                return answer;
        for (size_t i = 0; i < capture->n_processes && answer >= 0; i++) {
                struct process *process = &capture->processes[i];
                struct replay replay = {0};
                if (process->is_logged)
                        answer = replay_make(&pieces, process, &replay);
                if (answer >= 0 && !sites_replace(process, &replay, metric))
                        answer = say_error("no memory for what a log says");
                replay_free(&replay);
        }
        pieces_free(&pieces);
        return answer;
}
