// The buffer that getline() made is released twice. (CWE-415)
// expect: UF102 family=malloc release=drop first_release=drop stack=read_line<main
#include <stdio.h>
#include <stdlib.h>

static char *read_line(FILE *file)
{
        char *line = NULL;
        size_t room = 0;
        (void)!getline(&line, &room, file);
        return line;
}

static void drop(char *line) { free(line); }

int main(void)
{
        FILE *file = fopen("/proc/self/comm", "r");
        char *line = read_line(file);
        fclose(file);
        drop(line);
        drop(line);
        return 0;
}
