namespace Hrm.Core;

/// <summary>A storage as a pickle describes it: the entry <c>data/KEY</c> of the archive.</summary>
internal sealed record TorchStorage(string Key, WeightsDtype Dtype, long Count);
