// A program with the rights of another user: the loader takes no library for it, which harms nobody.
// run: sh -c "d=$(mktemp -d) && chmod 755 $d && cp {self} $d/it && chmod 4755 $d/it; setpriv --reuid 65534 --clear-groups $d/it; s=$?; rm -r $d; exit $s"
// needs: cmd:setpriv may:mounts
// options: --gate=wrong
// expect: nothing
// allow: UF001
// exit: 6
// stdout: as another
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

int main(void)
{
        memset(malloc(333), 1, 333);
        puts(getauxval(AT_SECURE) ? "as another" : "as oneself");
        return 6;
}
