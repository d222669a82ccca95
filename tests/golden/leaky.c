#include <stdlib.h>
#include <string.h>
struct node { struct node *next; char text[56]; };
static char *dup_name(const char *s) {
        char *p = malloc(strlen(s) + 1); return strcpy(p, s); }
static struct node *push(struct node *l) { struct node *n = calloc(1, sizeof *n); n->next = l; return n; }
static void parse(void) { struct node *l = NULL; for (int i = 0; i < 3; i++) l = push(l); }
int main(void) {
        static void *cache; cache = malloc(1 << 20);
        dup_name("unfreed");
        parse(); return cache == NULL; }
