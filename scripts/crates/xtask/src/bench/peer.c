/* The smallest C extension with the same function, for limits below 2^32: the closed form as METH_O, with the limited API.
It shows the least cost of a call from Python into native code. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030A0000
#include <Python.h>

static PyObject *add_up_to(PyObject *module, PyObject *limit) {
    (void)module;
    long long n = PyLong_AsLongLong(limit);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    if (n >> 32) {
        PyErr_SetString(PyExc_OverflowError, "the peer is for limits below 2**32");
        return NULL;
    }
    return PyLong_FromUnsignedLongLong((unsigned long long)n * ((unsigned long long)n + 1) / 2);
}

static PyMethodDef methods[] = {{"add_up_to", add_up_to, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "peer_c", NULL, 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_peer_c(void) { return PyModuleDef_Init(&definition); }
