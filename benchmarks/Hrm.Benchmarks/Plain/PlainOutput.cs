using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>What a segment gives: logits [B, seq_len, V], Q values [B], detached states.</summary>
internal readonly record struct PlainOutput(Tensor Logits, Tensor QHalt, Tensor QContinue, PlainStates States);
