// A million blocks in a chain, and a millisecond to judge them: what was not reached by then is no leak, and that is said.
// env: UNFREED_OPTIONS=judge_ms=1
// expect: UF004 class=unclassified function=make_node blocks>=500000 note="*the time for the judgement ended*"
// process: judged=budget unjudged=time
#include "make.h"

static struct node *list;

static void keep(void) { list = make_list(1000000); }

int main(void)
{
        away(keep);
        return 0;
}
