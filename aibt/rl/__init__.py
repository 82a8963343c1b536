"""Learning to trade: what is trained, how it is trained, judged, kept and shown.

Import the modules themselves: those that a control process needs (`parameters`, `split`,
`status`, `checkpoint`, `rollout`) load no torch, `training` does.
"""
