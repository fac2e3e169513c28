namespace Hrm.Training;

/// <summary>The loss of a token.</summary>
public enum TokenLossKind
{
    /// <summary><see cref="StablemaxCrossEntropy"/>.</summary>
    Stablemax,

    /// <summary><see cref="SoftmaxCrossEntropy"/>.</summary>
    Softmax,
}
