/* What is found without dlsym, and what is not left behind */
#include "shim/python/lookup.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

Test(lookup, a_function_of_a_library_is_found)
{
        cr_assert_eq(lookup_symbol("gnu_get_libc_version"), dlsym(RTLD_NEXT, "gnu_get_libc_version"));
        cr_assert_not_null(lookup_symbol("gnu_get_libc_version"));
}

Test(lookup, data_is_found)
{
        void *libc = dlopen("libc.so.6", RTLD_LAZY);
        cr_assert_not_null(lookup_symbol("_res_hconf"));
        cr_assert_eq(lookup_symbol("_res_hconf"), dlsym(libc, "_res_hconf"));
}

Test(lookup, what_a_library_only_needs_is_not_there)
{
        /* Criterion's library refers to malloc and defines none. */
        Dl_info info;
        cr_assert_neq(dladdr(lookup_symbol("qsort"), &info), 0);
        cr_assert_not_null(strstr(info.dli_fname, "libc.so"));
}

Test(lookup, what_was_loaded_for_itself_alone_is_found)
{
        void *handle = dlopen("libthread_db.so.1", RTLD_LAZY | RTLD_LOCAL);
        cr_assert_not_null(handle);
        cr_assert_null(dlsym(RTLD_DEFAULT, "td_ta_new"));
        cr_assert_eq(lookup_symbol("td_ta_new"), dlsym(handle, "td_ta_new"));
}

Test(lookup, what_nobody_has_leaves_no_error)
{
        dlerror();
        cr_assert_null(lookup_symbol("PyMem_SetAllocatorOfNobody"));
        cr_assert_null(dlerror());
}

Test(lookup, our_own_module_is_left_out)
{
        /* The program holds us here. It has a copy of the library's variable, to which dlsym() leads. */
        cr_assert_neq((void *)&stdout, lookup_symbol("stdout"));
        cr_assert_not_null(lookup_symbol("stdout"));
}

Test(lookup, what_is_needed_from_another_module_is_imported)
{
        static const char *const needed[] = {"nobody_needs_this", "dlsym", NULL}, *const none[] = {"nobody_needs_this",
                                                                                                   NULL};
        cr_assert_not_null((void *)dlsym); /* by this program, if by nobody else */
        cr_assert(lookup_any_imported(needed));
        cr_assert_not(lookup_any_imported(none));
        cr_assert_not(lookup_any_imported((const char *const[]){"lookup_any_imported", NULL}));
}
