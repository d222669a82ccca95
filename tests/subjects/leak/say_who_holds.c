// What is still held at the end is shown with what holds it: a variable by its name, a thread, another block by its site.
// options: --show=all
// expect: UF003 function=make_list note="held by the variable list of say_who_holds"
// expect: UF003 function=make_entry note="held by the variable table+0x10 of say_who_holds"
// expect: UF003 function=make_last note="held by the variable last of say_who_holds"
// expect: UF003 function=make_on_the_stack note="held by the stack of thread *"
// expect: UF003 function=make_name note="held by another block (*, make_entry)"
#include <stdlib.h>

struct entry {
        char *name;
};

static void *list;
static void *table[4];

__attribute__((noinline)) static void *make_list(void) { return malloc(10); }
__attribute__((noinline)) static void *make_last(void) { return malloc(20); }
__attribute__((noinline)) static void *make_on_the_stack(void) { return malloc(30); }
__attribute__((noinline)) static char *make_name(void) { return malloc(40); }
__attribute__((noinline)) static struct entry *make_entry(void) { return malloc(sizeof(struct entry)); }

int main(void)
{
        static void *volatile last;
        void *volatile here = make_on_the_stack();
        struct entry *entry = make_entry();
        list = make_list();
        last = make_last();
        entry->name = make_name();
        table[2] = entry;
        exit(here == last);
}
