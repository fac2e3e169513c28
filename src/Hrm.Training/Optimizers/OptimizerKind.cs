namespace Hrm.Training;

/// <summary>The optimizers of a model's weights.</summary>
public enum OptimizerKind
{
    /// <summary><see cref="Training.AdamATan2"/> for every weight, as the paper trains.</summary>
    AdamATan2,

    /// <summary><see cref="Training.AdamW"/> for every weight.</summary>
    AdamW,

    /// <summary><see cref="Training.Muon"/> for the matrices of the blocks, <see cref="Training.AdamW"/> for the rest.</summary>
    Muon,
}
