//! Dies on a processor older than what it is compiled for: it multiplies and adds in one instruction, where there is one.

fn main() {
    let numbers: [f32; 64] = std::hint::black_box([1.5; 64]);
    let sum: f32 = numbers.iter().map(|number| number.mul_add(*number, 1.0)).sum();
    println!("{sum}");
}
