using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A level that gives back one of the two tensors that it was given, itself.</summary>
internal sealed class GivenLevel(bool givesState) : nn.Module<Tensor, Tensor, Tensor>(nameof(GivenLevel))
{
    public override Tensor forward(Tensor state, Tensor injection) => givesState ? state : injection; // [B, S, D]
}
