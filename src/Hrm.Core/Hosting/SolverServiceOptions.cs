namespace Hrm.Core;

/// <summary>The solver of an application: its model, and how it behaves.</summary>
public sealed class SolverServiceOptions
{
    /// <summary>The folder of the model: <c>config.json</c> and <c>model.safetensors</c> (or its shards with an index). Needed.</summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>Where the model goes: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, <c>mps</c>. Default <c>cpu</c>.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>The dtype to compute in, in place of the model's own: <c>float32</c> or <c>bfloat16</c>. Default: the model's.</summary>
    public string? ForwardDtype { get; set; }

    /// <summary>Batch, queue and limits.</summary>
    public SolverOptions Limits { get; set; } = new();

    /// <summary>When a puzzle stops; by default the paper's rule.</summary>
    public SolverHaltingOptions Halting { get; set; } = new();
}
