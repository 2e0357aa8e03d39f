//! Crashes on a processor older than the one it is compiled for. It uses the instruction that multiplies and adds,
//! if the processor has one.

fn main() {
    let numbers: [f32; 64] = std::hint::black_box([1.5; 64]);
    let sum: f32 = numbers.iter().map(|number| number.mul_add(*number, 1.0)).sum();
    println!("{sum}");
}
