/* `ProcessPrng` for Wine before version 9. Rust's standard library needs it. */

typedef int BOOL;
__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *buffer, unsigned long length);

__declspec(dllexport) BOOL __stdcall ProcessPrng(unsigned char *buffer, unsigned long long length) {
    while (length > 0) {
        unsigned long some = length > 0x10000 ? 0x10000 : (unsigned long)length;
        if (!SystemFunction036(buffer, some)) {
            return 0;
        }
        buffer += some;
        length -= some;
    }
    return 1;
}
