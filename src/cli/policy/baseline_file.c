/* The baseline on disk: see baseline.h for its language
 *
 * A file is replaced by a whole new one or not at all: see say/place.h.
 */
#include "cli/policy/baseline_file.h"

#include "cli/policy/date.h"
#include "cli/policy/id.h"
#include "cli/policy/judge.h"
#include "cli/policy/map.h"
#include "cli/policy/store.h"
#include "cli/say/place.h"
#include "cli/say/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char heading[] = "# unfreed baseline 1: sites that are known and do not fail the gate.\n"
                              "# ID loose=ID kind=KIND blocks=N bytes=N at=MODULE!FUNCTION [expires=YYYY-MM-DD] [# reason]\n"
                              "# Made by `unfreed baseline init`; `update` adds and prunes, `prune` only prunes.\n";

/* A line of the heading, which is written anew each time. */
static bool is_heading(const char *text)
{
        size_t n = strlen(text);
        for (const char *line = heading; *line; line = strchr(line, '\n') + 1)
                if (strncmp(line, text, n) == 0 && line[n] == '\n')
                        return true;
        return false;
}

static bool is_id(const char *text) { return strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16; }

struct reading {
        const char *path;
        int line;
        struct baseline *baseline;
};

static int parse_number(const struct reading *reading, const char *word, const char *text, uint64_t *ret)
{
        char *end;
        errno = 0;
        *ret = strtoull(text, &end, 10);
        if (errno || end == text || *end || *text == '-')
                return say_error("%s:%d: %s wants a number, not \"%s\"", reading->path, reading->line, word, text);
        return 0;
}

/* One word after the id. */
static int parse_word(const struct reading *reading, const char *word, struct baseline_entry *entry)
{
        struct store *store = reading->baseline->store;
        const char *value = strchr(word, '=');
        if (!value)
                return say_error("%s:%d: expected KEY=VALUE or \"# reason\", found \"%s\"", reading->path, reading->line,
                                 word);
        size_t n = (size_t)(value++ - word);
#define IS(key) (n == strlen(key) && strncmp(word, key, n) == 0)
        if (IS("loose")) {
                if (!is_id(value))
                        return say_error("%s:%d: loose= wants 16 hexadecimal digits, not \"%s\"", reading->path,
                                         reading->line, value);
                strcpy(entry->loose, value);
        } else if (IS("kind")) {
                entry->kind = store_copy(store, value, strlen(value));
        } else if (IS("at")) {
                entry->at = store_copy(store, value, strlen(value));
        } else if (IS("blocks")) {
                return parse_number(reading, "blocks=", value, &entry->blocks);
        } else if (IS("bytes")) {
                return parse_number(reading, "bytes=", value, &entry->bytes);
        } else if (IS("places")) {
                return parse_number(reading, "places=", value, &entry->places);
        } else if (IS("expires")) {
                int day;
                if (date_parse(value, &day) < 0)
                        return say_error("%s:%d: expires= wants YYYY-MM-DD, not \"%s\"", reading->path, reading->line,
                                         value);
                entry->expires = store_copy(store, value, strlen(value));
                entry->has_expired = day < date_today();
                if (entry->has_expired)
                        say_warning("%s:%d: baseline entry %s expired on %s", reading->path, reading->line, entry->id,
                                    value);
        } else {
                return say_error("%s:%d: unknown key \"%.*s\"", reading->path, reading->line, (int)n, word);
        }
#undef IS
        return 0;
}

static struct baseline_entry *entry_add(struct baseline *baseline)
{
        if (baseline->n == baseline->max) {
                baseline->max = baseline->max ? 2 * baseline->max : 64;
                struct baseline_entry *entries = store_take(baseline->store, baseline->max * sizeof *entries);
                if (baseline->n)
                        memcpy(entries, baseline->entries, baseline->n * sizeof *entries);
                baseline->entries = entries;
        }
        struct baseline_entry *entry = &baseline->entries[baseline->n++];
        *entry = (struct baseline_entry){ .places = 1, .kind = "", .at = "", .comments = "" };
        return entry;
}

static int parse_entry(const struct reading *reading, char *line, struct baseline_entry *entry)
{
        char *reason = strchr(line, '#');
        if (reason) {
                *reason++ = 0;
                reason += strspn(reason, " \t");
                entry->reason = store_copy(reading->baseline->store, reason, strlen(reason));
        }
        char *rest, *word = strtok_r(line, " \t", &rest);
        if (!word || !is_id(word))
                return say_error("%s:%d: expected an id of 16 hexadecimal digits, found \"%s\"", reading->path,
                                 reading->line, word ? word : line);
        strcpy(entry->id, word);
        while ((word = strtok_r(NULL, " \t", &rest))) {
                int r = parse_word(reading, word, entry);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Lines of merge tools, which must not pass for comments or entries. */
static bool is_conflict(const char *line)
{
        return strncmp(line, "<<<<<<<", 7) == 0 || strncmp(line, "=======", 7) == 0 || strncmp(line, ">>>>>>>", 7) == 0;
}

static int read_lines(struct reading *reading, FILE *file)
{
        struct baseline *baseline = reading->baseline;
        struct map *seen = map_new();
        const char *comments = "";
        char *line = NULL;
        size_t room = 0;
        ssize_t n;
        int r = 0;
        while (r >= 0 && (n = getline(&line, &room, file)) >= 0) {
                reading->line++;
                while (n && strchr(" \t\r\n", line[n - 1]))
                        line[--n] = 0;
                char *text = line + strspn(line, " \t");
                if (!*text)
                        continue;
                if (*text == '#') {
                        if (!is_heading(text))
                                comments = store_format(baseline->store, "%s%s\n", comments, text);
                        continue;
                }
                if (is_conflict(text)) {
                        r = say_error("%s:%d: an unresolved merge conflict", reading->path, reading->line);
                        break;
                }
                struct baseline_entry *entry = entry_add(baseline);
                r = parse_entry(reading, text, entry);
                if (r < 0)
                        break;
                void **other = map_at(seen, entry->id, 16);
                if (*other)
                        r = say_error("%s:%d: the id %s is there twice", reading->path, reading->line, entry->id);
                *other = reading;
                entry->comments = comments;
                comments = "";
        }
        baseline->tail = comments;
        map_free(seen);
        free(line);
        return r;
}

int baseline_read(const char *path, struct baseline **ret_baseline)
{
        FILE *file = fopen(path, "re");
        if (!file)
                return say_error("cannot read baseline %s: %s", path, strerror(errno));
        struct store *store = store_new();
        struct baseline *baseline = store_take(store, sizeof *baseline);
        baseline->store = store;
        baseline->path = store_copy(store, path, strlen(path));
        struct reading reading = { .path = baseline->path, .baseline = baseline };
        int r = read_lines(&reading, file);
        if (r >= 0 && ferror(file))
                r = say_error("cannot read baseline %s: %s", path, strerror(errno));
        fclose(file);
        if (r < 0)
                store_free(store);
        else
                *ret_baseline = baseline;
        return r;
}

void baseline_free(struct baseline *baseline)
{
        if (baseline)
                store_free(baseline->store);
}

/* The first name of the id, with what would end the word written as %XX. */
static const char *place_of(struct store *store, const struct finding *finding)
{
        const char *names[ID_NAMES];
        bool weak;
        const struct stack *stack = finding->stack.n_frames ? &finding->stack : &finding->release;
        const char *name = id_names(stack, names, &weak) ? names[0] : "?";
        char *text = store_take(store, 3 * strlen(name) + 1), *at = text;
        for (; *name; name++)
                at += (unsigned char)*name <= ' ' || strchr("%#\x7f", *name)
                              ? sprintf(at, "%%%02X", (unsigned char)*name)
                              : sprintf(at, "%c", *name);
        return text;
}

static uint64_t counted(const struct finding *finding)
{
        return rule_is_leak(finding->rule) ? finding->blocks : finding->count;
}

static void add_finding(struct baseline *baseline, const struct finding *finding)
{
        struct baseline_entry *entry = entry_add(baseline);
        strcpy(entry->id, finding->id);
        strcpy(entry->loose, finding->loose);
        entry->kind = rule_kind(finding->rule);
        entry->at = place_of(baseline->store, finding);
        entry->blocks = counted(finding);
        entry->bytes = finding->bytes;
}

static int compare_entries(const void *a, const void *b)
{
        return strcmp(((const struct baseline_entry *)a)->id, ((const struct baseline_entry *)b)->id);
}

static void print_entry(FILE *out, const struct baseline_entry *entry)
{
        fputs(entry->id, out);
        if (*entry->loose)
                fprintf(out, " loose=%s", entry->loose);
        if (*entry->kind)
                fprintf(out, " kind=%s", entry->kind);
        fprintf(out, " blocks=%llu bytes=%llu", (unsigned long long)entry->blocks, (unsigned long long)entry->bytes);
        if (entry->places > 1)
                fprintf(out, " places=%llu", (unsigned long long)entry->places);
        if (*entry->at)
                fprintf(out, " at=%s", entry->at);
        if (entry->expires)
                fprintf(out, " expires=%s", entry->expires);
        if (entry->reason)
                fprintf(out, " # %s", entry->reason);
        fputc('\n', out);
}

/* One id, one line: several findings may share an id (the same birth, released wrongly in two places). */
static void sort_and_join(struct baseline *baseline)
{
        if (!baseline->n)
                return;
        qsort(baseline->entries, baseline->n, sizeof *baseline->entries, compare_entries);
        size_t n = 1;
        for (size_t i = 1; i < baseline->n; i++) {
                struct baseline_entry *last = &baseline->entries[n - 1];
                if (strcmp(last->id, baseline->entries[i].id) == 0) {
                        last->blocks += baseline->entries[i].blocks;
                        last->bytes += baseline->entries[i].bytes;
                        last->places += baseline->entries[i].places;
                } else {
                        baseline->entries[n++] = baseline->entries[i];
                }
        }
        baseline->n = n;
}

static bool write_all(FILE *file, const struct baseline *baseline)
{
        fputs(heading, file);
        for (size_t i = 0; i < baseline->n; i++) {
                fputs(baseline->entries[i].comments, file);
                print_entry(file, &baseline->entries[i]);
        }
        fputs(baseline->tail ? baseline->tail : "", file);
        return !ferror(file);
}

static int write_file(const struct baseline *baseline, bool may_overwrite)
{
        struct place place;
        int answer = place_begin(baseline->path, &place);
        if (answer >= 0) {
                int fd = fcntl(place.fd, F_DUPFD_CLOEXEC, 0); /* fclose() closes it, and place_end() its own */
                FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
                bool whole = file && write_all(file, baseline);
                whole = file && fclose(file) == 0 && whole;
                answer = place_end(&place, whole, !may_overwrite);
        }
        if (answer > 0)
                errno = EEXIST;
        return answer ? say_error("cannot write baseline %s: %s", baseline->path, strerror(errno)) : 0;
}

int baseline_init(const char *path, const struct findings *findings, size_t *ret_n_written)
{
        struct store *store = store_new();
        struct baseline baseline = { .store = store, .path = path, .tail = "" };
        for (size_t i = 0; i < findings->n; i++)
                if (findings->all[i].gating)
                        add_finding(&baseline, &findings->all[i]);
        sort_and_join(&baseline);
        int r = access(path, F_OK) == 0
                        ? say_error("%s is there already: `unfreed baseline update` changes it", path)
                        : write_file(&baseline, false);
        *ret_n_written = baseline.n;
        store_free(store);
        return r;
}

static void print_change(FILE *out, const char *sign, const struct baseline_entry *entry)
{
        if (!out)
                return;
        fprintf(out, "%s ", sign);
        print_entry(out, entry);
}

static void renew_number(uint64_t *number, uint64_t found, bool may_grow)
{
        if (may_grow || found < *number)
                *number = found;
}

/* Make an entry say what was found. Without `may_grow` the numbers only go down. True: it said something else. */
static bool entry_renew(struct baseline_entry *entry, bool may_grow)
{
        struct baseline_entry old = *entry;
        renew_number(&entry->blocks, entry->found_blocks, may_grow);
        renew_number(&entry->bytes, entry->found_bytes, may_grow);
        renew_number(&entry->places, entry->found_places, may_grow);
        if (entry->has_moved) {
                strcpy(entry->id, entry->found_id);
                strcpy(entry->loose, entry->found_loose);
        }
        if (may_grow && entry->has_expired) /* whoever updates agrees to it anew */
                entry->expires = NULL;
        return entry->blocks != old.blocks || entry->bytes != old.bytes || entry->places != old.places ||
               entry->has_moved || entry->expires != old.expires;
}

/* Keep the entries that were found, with what they are now. */
static void keep_found(struct baseline *baseline, bool may_grow, FILE *out)
{
        size_t n = 0;
        for (size_t i = 0; i < baseline->n; i++) {
                struct baseline_entry *entry = &baseline->entries[i];
                if (!entry->is_matched) {
                        print_change(out, "-", entry);
                        continue;
                }
                if (entry_renew(entry, may_grow))
                        print_change(out, "~", entry);
                baseline->entries[n++] = *entry;
        }
        baseline->n = n;
}

/* What gates and has no entry. */
static void add_new(const struct baseline *baseline, const struct findings *findings, struct baseline *fresh)
{
        struct map *known = map_new();
        for (size_t i = 0; i < baseline->n; i++)
                *map_at(known, baseline->entries[i].id, 16) = fresh;
        for (size_t i = 0; i < findings->n; i++)
                if (findings->all[i].gating && !map_find(known, findings->all[i].id, 16))
                        add_finding(fresh, &findings->all[i]);
        map_free(known);
}

int baseline_rewrite(struct baseline *baseline, const struct findings *findings, bool add, FILE *out)
{
        keep_found(baseline, add, out);
        struct baseline fresh = { .store = baseline->store };
        if (add)
                add_new(baseline, findings, &fresh);
        sort_and_join(&fresh);
        for (size_t i = 0; i < fresh.n; i++) {
                print_change(out, "+", &fresh.entries[i]);
                *entry_add(baseline) = fresh.entries[i];
        }
        sort_and_join(baseline);
        return write_file(baseline, true);
}
