//! A folder of images has the pixels that Pillow reads from it: progressive JPEG, palettes, transparency and 16 bits among them.
#![cfg(feature = "images")]

use chainrule_nn::data::{Examples, Goal, Image, ImageFolder, ImageOptions, buffers};
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn pixels_are_those_of_pillow() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let expected: BTreeMap<String, Vec<f32>> =
        serde_json::from_str(include_str!("fixtures/images.json")).expect("Pillow's pixels are numbers");
    let folder = ImageFolder::open(&fixtures.join("images"), ImageOptions::default()).unwrap();
    assert_eq!(folder.goal(), Goal::Classes(vec!["odd".into(), "plain".into()]));
    assert_eq!(folder.image(), Some(Image { channels: 3, height: 7, width: 9 }));
    assert_eq!(folder.rows(), expected.len());
    let (mut x, mut y) = buffers(&folder, 1).unwrap();
    for (row, (name, pixels)) in expected.iter().enumerate() {
        folder.load(&[row], &mut x, &mut y).unwrap();
        assert!(folder.path(row).ends_with(name), "{name}");
        // Decoders of JPEG may round otherwise.
        let apart = if name.ends_with("jpg") { 4.0 } else { 0.0 };
        let loaded = x.as_slice::<f32>().unwrap();
        assert_eq!(loaded.len(), pixels.len());
        for (i, (a, b)) in loaded.iter().zip(pixels).enumerate() {
            assert!((a - b).abs() <= apart, "{name}, {i}: {a} {b}");
        }
    }
}
