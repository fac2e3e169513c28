namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>A layer that is measured.</summary>
public enum LayerKind
{
    /// <summary>The block of attention and SwiGLU.</summary>
    Block,

    /// <summary>The block of token mixer and SwiGLU.</summary>
    MixerBlock,

    /// <summary>Attention with rotated queries and keys.</summary>
    Attention,

    /// <summary>The gated feed-forward layer.</summary>
    SwiGlu,

    /// <summary>The token mixer, on the transposed state.</summary>
    TokenMixer,

    /// <summary>RMS norm.</summary>
    RmsNorm,

    /// <summary>Rotary positions, of queries and keys at once.</summary>
    Rope,
}
