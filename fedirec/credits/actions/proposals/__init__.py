"""What happens to pay proposals, from the first draft until they are locked. Each action holds the proposal first.

Along their way: `beginning`, `drafting` with `listing`, `publishing`; then people are heard (`stances`, `objecting`,
`appealing`, `commenting`), and it is decided and locked (`deciding`, `locking`). `deeds` is the door to all of these.
`telling` says to everybody concerned what happened, with `describing` for other instances and `posting` for all.

Between instances: what people elsewhere say to ours comes through `taking` and `replies`. Proposals of others are met
where they live (`meeting`, `replies_elsewhere`), kept (`copies`) and answered from here (`elsewhere`).
"""
