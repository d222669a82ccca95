/* All frames of the findings that are shown, each once: see index.h */
#include "cli/report/index.h"

#include "cli/policy/map.h"

#include <stdlib.h>

static void add_stack(struct frame_index *index, const struct report *report, const struct stack *stack)
{
        size_t depth = report_depth(report, stack);
        for (size_t i = 0; i < depth; i++) {
                const struct named_frame *frame = stack->frames[i];
                uintptr_t *number = (uintptr_t *)map_at(index->numbers, &frame, sizeof frame);
                if (*number)
                        continue;
                if (index->n == index->max) {
                        index->max = index->max ? 2 * index->max : 256;
                        index->frames = realloc(index->frames, index->max * sizeof *index->frames);
                        if (!index->frames)
                                abort();
                }
                index->frames[index->n++] = frame;
                *number = index->n;
        }
}

struct frame_index *frame_index_new(const struct report *report)
{
        struct frame_index *index = calloc(1, sizeof *index);
        if (!index)
                abort();
        index->numbers = map_new();
        for (size_t i = 0; i < report->findings->n; i++) {
                const struct finding *finding = &report->findings->all[i];
                if (!report_shows(report, finding))
                        continue;
                add_stack(index, report, &finding->stack);
                add_stack(index, report, &finding->release);
                add_stack(index, report, &finding->first_release);
        }
        return index;
}

void frame_index_free(struct frame_index *index)
{
        map_free(index->numbers);
        free(index->frames);
        free(index);
}

size_t frame_index_of(const struct frame_index *index, const struct named_frame *frame)
{
        return (uintptr_t)map_find(index->numbers, &frame, sizeof frame) - 1;
}
