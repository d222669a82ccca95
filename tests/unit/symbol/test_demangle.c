/* Mangled names, read back */
#include "cli/symbol/demangle.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct texts texts;

static void begin(void) { texts_init(&texts); }
static void end(void) { texts_deinit(&texts); }

TestSuite(demangle, .init = begin, .fini = end, .timeout = 20);

static void check(const char *mangled, const char *plain, enum frame_language language)
{
        enum frame_language its = LANGUAGE_UNKNOWN;
        const char *text = demangle(&texts, mangled, &its);

        cr_assert_not_null(text, "%s", mangled);
        cr_assert_str_eq(text, plain);
        cr_assert_eq(its, language);
}

Test(demangle, cxx_names_have_parameters_and_no_return_type)
{
        check("_ZN3foo3barIiEEiT_", "foo::bar<int>(int)", LANGUAGE_CXX);
        check("_ZN6WidgetC2ERKSs", "Widget::Widget(std::string const&)", LANGUAGE_CXX);
        check("_ZN12_GLOBAL__N_13fooEv.cold", "(anonymous namespace)::foo() [clone .cold]", LANGUAGE_CXX);
        check("_Znwm", "operator new(unsigned long)", LANGUAGE_CXX);
}

Test(demangle, rust_names_of_both_kinds_lose_their_hash)
{
        check("_ZN4core3ptr13drop_in_place17h0123456789abcdefE", "core::ptr::drop_in_place", LANGUAGE_RUST);
        check("_ZN5alloc3vec16Vec$LT$T$C$A$GT$4push17h89abcdef01234567E", "alloc::vec::Vec<T,A>::push", LANGUAGE_RUST);
        check("_RNvCs1234_7mycrate3foo", "mycrate::foo", LANGUAGE_RUST);
        check("_RNvMs_NtCs1234_7mycrate4heapNtB4_5Block4grow", "<mycrate::heap::Block>::grow", LANGUAGE_RUST);
}

Test(demangle, plain_names_are_no_mangled_names)
{
        static const char *const plain[] = {
                "main", "", "_", "_Z", "_R", "_start", "_Zero", "_Reallocate", "__pyx_pw_4demo_1f"};

        for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
                enum frame_language language = LANGUAGE_C;

                cr_assert_null(demangle(&texts, plain[i], &language), "%s", plain[i]);
                cr_assert_eq(language, LANGUAGE_C);
        }
}

/* Each parameter is a pair of the one before: the text doubles with every few bytes of the name. */
Test(demangle, a_name_that_stands_for_gigabytes_is_given_up)
{
        char bomb[512] = "_Z1f1PIccE";
        enum frame_language language;

        for (int i = 0; i < 30; i++) {
                char next[16];

                if (i == 0)
                        strcpy(next, "S_IS0_S0_E");
                else
                        snprintf(next, sizeof next, "S_IS%c_S%c_E", i < 10 ? '0' + i : 'A' + i - 10,
                                 i < 10 ? '0' + i : 'A' + i - 10);
                strcat(bomb, next);
        }
        cr_assert_null(demangle(&texts, bomb, &language));
}

Test(demangle, a_name_of_endless_depth_is_given_up)
{
        static char deep[200000];
        enum frame_language language;

        memset(deep, 'P', sizeof deep - 1);
        memcpy(deep, "_Z1f", 4);
        deep[sizeof deep - 2] = 'i';
        demangle(&texts, deep, &language);
        memset(deep, 'R', sizeof deep - 1);
        memcpy(deep, "_RYY", 4);
        cr_assert_null(demangle(&texts, deep, &language));
        memset(deep, 'Y', sizeof deep - 1);
        memcpy(deep, "_R", 2);
        cr_assert_null(demangle(&texts, deep, &language));
}
