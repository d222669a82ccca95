/* SHA-256: see sha256.h. Names of variables are those of the standard. */
#include "cli/report/sha256.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8, DIGEST_BYTES = 32 };

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t K[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void compress(uint32_t H[8], const unsigned char *block)
{
        uint32_t W[64], s[8];
        for (int t = 0; t < 16; t++)
                W[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 | (uint32_t)block[4 * t + 2] << 8 |
                       block[4 * t + 3];
        for (int t = 16; t < 64; t++)
                W[t] = W[t - 16] + W[t - 7] + (rotate(W[t - 15], 7) ^ rotate(W[t - 15], 18) ^ W[t - 15] >> 3) +
                       (rotate(W[t - 2], 17) ^ rotate(W[t - 2], 19) ^ W[t - 2] >> 10);
        memcpy(s, H, sizeof s);
        for (int t = 0; t < 64; t++) {
                uint32_t a = s[0], b = s[1], c = s[2], e = s[4];
                uint32_t T1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + K[t] + W[t];
                uint32_t T2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
                memmove(s + 1, s, 7 * sizeof *s);
                s[4] += T1;
                s[0] = T1 + T2;
        }
        for (int i = 0; i < 8; i++)
                H[i] += s[i];
}

void sha256_base64(const char *text, char ret[SHA256_BASE64_BYTES])
{
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        uint32_t H[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
        unsigned char last[2 * BLOCK_BYTES] = { 0 }, digest[DIGEST_BYTES + 1] = { 0 };
        size_t n = strlen(text), whole = n - n % BLOCK_BYTES, rest = n - whole;
        for (size_t i = 0; i < whole; i += BLOCK_BYTES)
                compress(H, (const unsigned char *)text + i);
        memcpy(last, text + whole, rest);
        last[rest] = 0x80;
        size_t padded = rest + 1 + LENGTH_BYTES > BLOCK_BYTES ? 2 * BLOCK_BYTES : BLOCK_BYTES;
        for (int i = 0; i < LENGTH_BYTES; i++)
                last[padded - 1 - (size_t)i] = (unsigned char)((uint64_t)n * 8 >> 8 * i);
        for (size_t i = 0; i < padded; i += BLOCK_BYTES)
                compress(H, last + i);
        for (int i = 0; i < DIGEST_BYTES; i++)
                digest[i] = (unsigned char)(H[i / 4] >> (24 - 8 * (i % 4)));
        for (int i = 0, o = 0; i < DIGEST_BYTES; i += 3, o += 4) { /* 32 bytes: the last group has two, and one = */
                uint32_t group = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | (i + 2 <= DIGEST_BYTES ? digest[i + 2] : 0);
                for (int k = 0; k < 4; k++)
                        ret[o + k] = digits[group >> (18 - 6 * k) & 63];
        }
        ret[SHA256_BASE64_BYTES - 2] = '=';
        ret[SHA256_BASE64_BYTES - 1] = 0;
}
