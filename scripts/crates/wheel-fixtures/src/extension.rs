//! An extension module that needs no crate, so that it compiles in a second. maturin builds it as it builds any project,
//! because a crate that is called pyo3 is among its dependencies.

/// The source of a module with this name. It has an attribute `answer`, which is 42.
pub fn source(module: &str) -> String {
    SOURCE.trim_start().replace("MODULE", module)
}

// The layout of `PyModuleDef` and of its slots is part of the stable ABI.
const SOURCE: &str = r#"
use std::ffi::{c_char, c_int, c_long, c_void};
use std::ptr::null_mut;

#[repr(C)]
struct Definition {
    base: [*mut c_void; 5],
    name: *const c_char,
    doc: *const c_char,
    size: isize,
    methods: *mut c_void,
    slots: *const Slot,
    rest: [*mut c_void; 3],
}

#[repr(C)]
struct Slot {
    id: c_int,
    value: *mut c_void,
}

unsafe extern "C" {
    fn PyModuleDef_Init(definition: *mut Definition) -> *mut c_void;
    fn PyModule_AddIntConstant(module: *mut c_void, name: *const c_char, value: c_long) -> c_int;
}

unsafe extern "C" fn execute(module: *mut c_void) -> c_int {
    unsafe { PyModule_AddIntConstant(module, c"answer".as_ptr(), 42) }
}

static mut SLOTS: [Slot; 2] =
    [Slot { id: 2, value: execute as *mut c_void }, Slot { id: 0, value: null_mut() }];

static mut DEFINITION: Definition = Definition {
    // One reference, as `PyModuleDef_HEAD_INIT` has it.
    base: [1 as *mut c_void, null_mut(), null_mut(), null_mut(), null_mut()],
    name: c"MODULE".as_ptr(),
    doc: null_mut(),
    size: 0,
    methods: null_mut(),
    slots: null_mut(),
    rest: [null_mut(); 3],
};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_MODULE() -> *mut c_void {
    unsafe {
        DEFINITION.slots = &raw const SLOTS as *const Slot;
        PyModuleDef_Init(&raw mut DEFINITION)
    }
}
"#;
