//! The generated types of the world `self-contained`.

wit_bindgen::generate!({
    inline: "
        package managed-identity:component;

        world exports {
            export managed-identity:client/types@0.2.0;
            export managed-identity:client/tokens@0.2.0;
        }
    ",
    path: "wit",
    generate_all,
});
