/* What was born since a mark, and what has grown
 *
 * A mark remembers how much each stack had alive (growth.h), and begins a new epoch, which every block born later
 * carries in its slot anyway: so a mark costs the doors nothing. Asked later, we count again. A block that was released
 * and born again at the same place has the new epoch: it counts as new.
 */
#ifndef UNFREED_SHIM_LEAK_SINCE_H
#define UNFREED_SHIM_LEAK_SINCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SINCE_EPOCHS marks, moments and forks later the epochs have come round, and only growth is known. */
enum { SINCE_MARKS = 64, SINCE_EPOCHS = 120 };

struct since_site {
        uint64_t blocks, bytes;            /* born since the mark, alive now */
        int64_t grown_blocks, grown_bytes; /* alive now less alive at the mark, of this stack */
        uint32_t stack;
        uint8_t family, verdict; /* wire/family.h; enum wire_verdict, UNCLASSIFIED = not asked for */
};

/* The number of a new mark; 0 = none can be had: SINCE_MARKS are in use, or memory was refused. */
uint64_t since_begin(void);
void since_end(uint64_t mark);

struct since_question {
        uint64_t mark;
        bool judged;     /* say the verdict of each: as judge_check(), from `sp` */
        bool only_grown; /* leave out what did not grow: for each that went another came */
        bool changed;    /* also those with no birth, or nothing left, that shrank */
        bool only_lost;  /* (judged) leave out what is still held */
        uintptr_t sp;
};

/* The sites with blocks born since, those with the most bytes first. Stores `most` at most; returns how many there
 * are, or -1: no such mark, memory was refused, or it could not be judged. In a fork child, which has none of its
 * parent's marks, all that was born there is new. */
int64_t since_sites(const struct since_question *question, struct since_site *ret_sites, size_t most);

/* Blocks alive in this process, from the counts of its threads: no pass over the table. */
int64_t since_alive(void);

/* A new epoch begins, and nothing is remembered: its number. */
uint64_t since_moment(void);

/* Blocks alive that were born since that moment; -1: SINCE_EPOCHS marks, moments and forks came after it. */
int64_t since_born(uint64_t moment);

#endif
