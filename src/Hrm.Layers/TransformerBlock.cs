namespace Hrm.Layers;

/// <summary>
/// A post-norm block: <c>h = rms(h + mix(h)); h = rms(h + swiglu(h))</c>. mix is attention, a convolution over the grid, means of
/// groups of tokens, or a token mixer that works (and is normalised) over the token axis.
/// </summary>
/// <remarks>
/// Keys: <c>self_attn.*</c>, <c>conv.*</c>, <c>groups.*</c> or <c>mlp_t.*</c>, and <c>mlp.*</c>. Source: the HRM paper (arXiv 2506.21734), section 2, on
/// the stability that post-norm gives to Q-learning; the token mixer: arXiv 2510.04871.
/// </remarks>
public sealed class TransformerBlock : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "self_attn")]
    private readonly SelfAttention? _attention;

    [ComponentName(Name = "mlp_t")]
    private readonly SwiGlu? _tokenMixer;

    [ComponentName(Name = "conv")]
    private readonly GridConvolution? _convolution;

    [ComponentName(Name = "groups")]
    private readonly GroupMixer? _groups;

    [ComponentName(Name = "mlp")]
    private readonly SwiGlu _mlp;

    [ComponentName(Name = "norm")]
    private readonly RmsNorm _norm;

    /// <summary>Creates a block that mixes tokens by attention.</summary>
    /// <param name="attention">The attention layer; owned by the block.</param>
    /// <param name="mlp">The feed-forward layer; owned by the block.</param>
    /// <param name="normEpsilon">ε of the normalisation.</param>
    public TransformerBlock(SelfAttention attention, SwiGlu mlp, double normEpsilon = 1e-5)
        : this(mlp, normEpsilon)
    {
        ArgumentNullException.ThrowIfNull(attention);
        _attention = attention;
        RegisterComponents();
    }

    /// <summary>Creates a block that mixes tokens by a layer over the token axis.</summary>
    /// <param name="tokenMixer">The token mixer, of width S; owned by the block. It fixes the number of tokens and needs no positions.</param>
    /// <param name="mlp">The feed-forward layer; owned by the block.</param>
    /// <param name="normEpsilon">ε of the normalisation.</param>
    public TransformerBlock(SwiGlu tokenMixer, SwiGlu mlp, double normEpsilon = 1e-5)
        : this(mlp, normEpsilon)
    {
        ArgumentNullException.ThrowIfNull(tokenMixer);
        _tokenMixer = tokenMixer;
        RegisterComponents();
    }

    /// <summary>Creates a block that mixes tokens by a convolution.</summary>
    /// <param name="convolution">The convolution; owned by the block. It fixes the number of tokens and needs no positions.</param>
    /// <param name="mlp">The feed-forward layer; owned by the block.</param>
    /// <param name="normEpsilon">ε of the normalisation.</param>
    public TransformerBlock(GridConvolution convolution, SwiGlu mlp, double normEpsilon = 1e-5)
        : this(mlp, normEpsilon)
    {
        ArgumentNullException.ThrowIfNull(convolution);
        _convolution = convolution;
        RegisterComponents();
    }

    /// <summary>Creates a block that mixes tokens by the means of their groups.</summary>
    /// <param name="groups">The group mixer; owned by the block. It fixes the number of tokens and needs no positions.</param>
    /// <param name="mlp">The feed-forward layer; owned by the block.</param>
    /// <param name="normEpsilon">ε of the normalisation.</param>
    public TransformerBlock(GroupMixer groups, SwiGlu mlp, double normEpsilon = 1e-5)
        : this(mlp, normEpsilon)
    {
        ArgumentNullException.ThrowIfNull(groups);
        _groups = groups;
        RegisterComponents();
    }

    private TransformerBlock(SwiGlu mlp, double normEpsilon)
        : base(nameof(TransformerBlock))
    {
        ArgumentNullException.ThrowIfNull(mlp);
        _mlp = mlp;
        _norm = new RmsNorm(normEpsilon);
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input">[B, S, D], floating point.</param>
    /// <returns>[B, S, D] in the dtype of <paramref name="input"/>.</returns>
    /// <exception cref="ShapeMismatchException">The shape differs.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ShapeGuard.Require(input, nameof(input), "B", "S", "D");
        using var scope = NewDisposeScope();
        var mixed = _tokenMixer is not null ? MixTokens(input)
            : AddAndNorm(input, (nn.Module<Tensor, Tensor>?)_convolution ?? _groups ?? (nn.Module<Tensor, Tensor>)_attention!); // [B, S, D]
        return AddAndNorm(mixed, _mlp).MoveToOuterDisposeScope(); // [B, S, D]
    }

    private Tensor MixTokens(Tensor input)
    {
        if (_tokenMixer!.Applies(input) && input.size(1) == _tokenMixer.Width)
        {
            var tokens = input.transpose(0, 1).contiguous(); // [S, B, D]
            return _norm.NormaliseTokens(_tokenMixer.MixTokens(tokens), input); // [B, S, D]
        }

        var transposed = input.transpose(1, 2).contiguous(); // [B, D, S]
        return AddAndNorm(transposed, _tokenMixer).transpose(1, 2).contiguous(); // [B, S, D]
    }

    /// <summary>rms(h + f(h)) over the last axis.</summary>
    private Tensor AddAndNorm(Tensor state, nn.Module<Tensor, Tensor> layer)
        => _norm.NormaliseSum(layer.call(state), state);
}
