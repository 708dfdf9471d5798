// Integer types, with the names that xv6 has for them. Part of the ABI.
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

typedef unsigned int uint;
typedef unsigned short ushort;
typedef unsigned char uchar;

typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef unsigned long uint64;

typedef signed char int8;
typedef short int16;
typedef int int32;
typedef long int64;

typedef uint64 pde_t;

#endif
