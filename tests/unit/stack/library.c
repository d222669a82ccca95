/* A library whose function calls back. Built twice with another FRAME: the same code at the same offsets, but frames of
 * different size. */
void library_call(void (*back)(void));
void library_call(void (*back)(void))
{
        volatile char room[FRAME];
        room[0] = 1;
        back();
        room[FRAME - 1] = room[0];
}
