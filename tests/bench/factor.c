/* W7: factoring. Pollard's rho on numbers of up to four limbs, each of which is a block of its own: every operation
 * makes its result and releases what it used up, as big-number libraries do. Argument: numbers. */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Little-endian limbs, without leading zeros; 0 has none. */
struct number {
        int n;
        uint32_t limb[];
};

static NOINLINE struct number *number_new(int n)
{
        struct number *a = calloc(1, sizeof *a + (size_t)n * sizeof *a->limb);
        a->n = n;
        return a;
}

static NOINLINE struct number *trim(struct number *a)
{
        while (a->n && a->limb[a->n - 1] == 0)
                a->n--;
        return a;
}

static NOINLINE struct number *number_of(uint64_t value)
{
        struct number *a = number_new(2);
        a->limb[0] = (uint32_t)value;
        a->limb[1] = (uint32_t)(value >> 32);
        return trim(a);
}

static int compare(const struct number *a, const struct number *b)
{
        if (a->n != b->n)
                return a->n < b->n ? -1 : 1;
        for (int i = a->n; i-- > 0;)
                if (a->limb[i] != b->limb[i])
                        return a->limb[i] < b->limb[i] ? -1 : 1;
        return 0;
}

static NOINLINE struct number *multiply(const struct number *a, const struct number *b)
{
        struct number *c = number_new(a->n + b->n);
        for (int i = 0; i < a->n; i++) {
                uint64_t carry = 0;
                for (int k = 0; k < b->n; k++) {
                        carry += c->limb[i + k] + (uint64_t)a->limb[i] * b->limb[k];
                        c->limb[i + k] = (uint32_t)carry;
                        carry >>= 32;
                }
                c->limb[i + b->n] = (uint32_t)carry;
        }
        return trim(c);
}

static NOINLINE struct number *add_small(const struct number *a, uint32_t small)
{
        struct number *c = number_new(a->n + 1);
        uint64_t carry = small;
        for (int i = 0; i <= a->n; i++) {
                carry += i < a->n ? a->limb[i] : 0;
                c->limb[i] = (uint32_t)carry;
                carry >>= 32;
        }
        return trim(c);
}

static NOINLINE struct number *subtract(const struct number *a, const struct number *b)
{
        struct number *c = number_new(a->n);
        int64_t borrow = 0;
        for (int i = 0; i < a->n; i++) {
                borrow += (int64_t)a->limb[i] - (i < b->n ? b->limb[i] : 0);
                c->limb[i] = (uint32_t)borrow;
                borrow >>= 32;
        }
        return trim(c);
}

/* a mod m for moduli of two limbs at most; uses a up. */
static NOINLINE struct number *reduce(struct number *a, const struct number *m)
{
        uint64_t modulus = m->limb[0] | (m->n > 1 ? (uint64_t)m->limb[1] << 32 : 0), rest = 0;
        for (int i = a->n; i-- > 0;)
                rest = (uint64_t)((((unsigned __int128)rest << 32) | a->limb[i]) % modulus);
        free(a);
        return number_of(rest);
}

static NOINLINE struct number *step(struct number *x, const struct number *m)
{
        struct number *square = multiply(x, x), *more = add_small(square, 1);
        free(x);
        free(square);
        return reduce(more, m);
}

static NOINLINE struct number *greatest_divisor(struct number *a, struct number *b)
{
        while (b->n) {
                struct number *rest = reduce(a, b);
                a = b;
                b = rest;
        }
        free(b);
        return a;
}

/* A factor of m below m; how many steps it took. */
static NOINLINE long factor(const struct number *m, uint64_t *ret_sum)
{
        struct number *slow = number_of(2), *fast = number_of(2), *one = number_of(1);
        long n = 0;
        for (int found = 0; !found && n < 5000; n++) {
                slow = step(slow, m);
                fast = step(step(fast, m), m);
                struct number *apart = compare(slow, fast) < 0 ? subtract(fast, slow) : subtract(slow, fast);
                struct number *divisor = greatest_divisor(apart, add_small(m, 0));
                found = compare(divisor, one) != 0;
                if (found)
                        *ret_sum += divisor->limb[0];
                free(divisor);
        }
        free(slow);
        free(fast);
        free(one);
        return n;
}

int main(int argc, char **argv)
{
        static const uint32_t primes[] = {1000003,  1000033,  15485863, 32452843,
                                          49979687, 67867967, 86028121, 104395301};
        struct random r = {88172645463325252};
        uint64_t sum = 0;
        for (long i = argc > 1 ? atol(argv[1]) : 300; i > 0; i--) {
                uint32_t n = random_next(&r);
                struct number *m = number_of((uint64_t)primes[n % 8] * primes[(n + 1 + (n >> 8) % 7) % 8]);
                sum += (uint64_t)factor(m, &sum);
                free(m);
        }
        printf("%llu\n", (unsigned long long)sum);
        return 0;
}
