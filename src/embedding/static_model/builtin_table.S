// The bytes of QUIRE_MODEL_FILE, between kQuireBuiltinTable and kQuireBuiltinTableEnd.
    .section .rodata
    .balign 64
    .globl kQuireBuiltinTable
    .globl kQuireBuiltinTableEnd
kQuireBuiltinTable:
    .incbin QUIRE_MODEL_FILE
kQuireBuiltinTableEnd:
    .byte 0
#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
