/* The table of formats, and what a report is made of before any is written */
#include "cli/report/report.h"

#include "cli/policy/store.h"
#include "cli/report/format.h"
#include "cli/report/source.h"

#include <errno.h>
#include <string.h>

static const struct {
        const char *name;
        void (*write)(const struct report *report, FILE *out);
} formats[] = {
#define X(name, writer) { name, writer },
        REPORT_FORMATS(X)
#undef X
};

const char *report_format(const char *name, size_t length)
{
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
                if (strlen(formats[i].name) == length && strncmp(formats[i].name, name, length) == 0)
                        return formats[i].name;
        return NULL;
}

const char *report_formats(void)
{
        static const char names[] =
#define X(name, writer) ", " name
                REPORT_FORMATS(X)
#undef X
                ;
        return names + 2;
}

/* The first process as the last program that it became by exec. */
static const struct process *root_process(const struct capture *capture)
{
        const struct process *root = NULL;
        for (size_t i = 0; i < capture->n_processes; i++)
                if (capture->processes[i].pid == capture->processes[0].pid)
                        root = &capture->processes[i];
        return root;
}

static const char *command_line(struct store *store, const struct capture *capture)
{
        char *const *words = capture->command;
        if (!words || !*words)
                words = capture->n_processes ? capture->processes[0].argv : NULL;
        if (!words || !*words)
                return capture->n_processes && capture->processes[0].exe ? capture->processes[0].exe : "program";
        const char *line = *words;
        while (*++words && strlen(line) < 1000)
                line = store_format(store, "%s %s", line, *words);
        return line;
}

static void format_write(const char *name, const struct report *report, FILE *out)
{
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
                if (strcmp(formats[i].name, name) == 0)
                        formats[i].write(report, out);
}

int report_write(const char *format, FILE *out, struct report_surface surface, const struct capture *capture,
                 const struct findings *findings, const struct options *options)
{
        struct report report = { .capture = capture,
                                 .findings = findings,
                                 .options = options,
                                 .color = surface.color,
                                 .columns = surface.columns,
                                 .store = store_new(),
                                 .sources = sources_new(),
                                 .root = root_process(capture) };
        report.cwd = capture->n_processes && capture->processes[0].cwd ? capture->processes[0].cwd : "";
        struct store *lasting = store_new();
        report.command = command_line(lasting, capture);
        if (options->generate_suppressions && strcmp(format, "text") == 0)
                write_suppressions(&report, out);
        else
                format_write(format, &report, out);
        sources_free(report.sources);
        store_free(report.store);
        store_free(lasting);
        errno = 0;
        return fflush(out) != 0 || ferror(out) ? (errno = errno ? errno : EIO, -1) : 0;
}
