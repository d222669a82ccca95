// The pointer was moved to the first letter that is sought, and that is released. (CWE-761)
// expect: UF103 place="inside a live block" release=find_and_drop function=main bytes=20 offset=6
// expect: UF001 function=main bytes=20
#include <stdlib.h>
#include <string.h>

static void find_and_drop(char *text)
{
        while (*text && *text != 'f')
                text++;
        free(text);
}

int main(void)
{
        char *text = malloc(20);
        strcpy(text, "to be found");
        find_and_drop(text);
        return 0;
}
