#include <stdlib.h>
#include <string.h>
struct node { struct node *next; char text[56]; };
static char *dup_name(const char *s) {
        char *p = malloc(strlen(s) + 1); return strcpy(p, s); }
static void push(struct node **l) { struct node *n = calloc(1, sizeof *n); n->next = *l; *l = n; }
static void parse(struct node **l) { for (int i = 0; i < 3; i++) push(l); }
int main(void) {
        struct node *list = NULL;
        dup_name("unfreed");
        parse(&list); }
