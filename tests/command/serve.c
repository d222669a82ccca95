/* A service: two threads make and release blocks without end, a third waits with a block on its stack; five blocks are
 * lost, four are held by a global and its list. It writes what it does over its environment, which it has moved, as
 * setproctitle(3) does. Ends when it is told to, or after a minute. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct node {
        struct node *next;
        char rest[56];
};

static struct node *list;

static void lose(void) { memset(malloc(48), 1, 48); }

static void hold(void)
{
        struct node *node = calloc(1, sizeof *node);
        node->next = list;
        list = node;
}

static void *work(void *unused)
{
        struct node *ring[64] = {0};
        for (unsigned i = 0;; i++) {
                struct node **place = &ring[i % 64];
                if (*place)
                        free((*place)->next);
                free(*place);
                *place = calloc(1, sizeof **place);
                (*place)->next = calloc(1, 200);
        }
        return unused;
}

static void *wait_long(void *unused)
{
        char *volatile block = malloc(77);
        block[0] = 1;
        for (;;)
                pause();
        return unused;
}

extern char **environ;

static void write_title(void)
{
        static char *moved[1000];
        for (int i = 0; environ[i] && i < 999; i++) {
                moved[i] = strdup(environ[i]);
                memset(environ[i], 0, strlen(environ[i]));
        }
        environ = moved;
}

int main(void)
{
        pthread_t thread;
        char rest[16384];
        write_title();
        for (int i = 0; i < 5; i++)
                lose();
        for (int i = 0; i < 4; i++)
                hold();
        memset(rest, 0, sizeof rest);
        pthread_create(&thread, NULL, wait_long, rest);
        for (int i = 0; i < 2; i++)
                pthread_create(&thread, NULL, work, NULL);
        usleep(100000);
        puts("started");
        fflush(stdout);
        return read(STDIN_FILENO, rest, 1) < 0 || sleep(60);
}
