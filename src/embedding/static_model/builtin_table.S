// The bytes of QUIRE_MODEL_FILE, between quire_builtin_table and quire_builtin_table_end.
    .section .rodata
    .balign 64
    .globl quire_builtin_table
    .globl quire_builtin_table_end
quire_builtin_table:
    .incbin QUIRE_MODEL_FILE
quire_builtin_table_end:
    .byte 0
#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
