using TorchSharp.Utils;

namespace Hrm.Core;

/// <summary>The Hierarchical Reasoning Model: one call is one segment.</summary>
/// <remarks>
/// <para>
/// <c>x = √D · [prefix ; embedding(tokens)]</c>; <see cref="HierarchicalConvergence"/> maps the carry (zH, zL) and x to the next carry;
/// <c>logits = lm_head(zH)</c> without the prefix, <c>Q = q_head(zH[:, 0])</c>. The returned carry has no graph, so deep supervision
/// trains each segment separately.
/// </para>
/// <para>
/// With <see cref="HrmConfig.PredictionFeedback"/> the puzzle tokens of x also have <c>p · Fᵀ</c>: p is the softmax of the logits of
/// the zH that the segment starts from, without a gradient, and F, [D, V], the key <c>feedback.weight</c>, starts with zeros.
/// </para>
/// <para>
/// Parameter names are the authors'. Calls without gradient are safe from several threads; training is not. <c>Dispose</c> is safe from
/// any thread: it waits for running calls. Source: arXiv 2506.21734, section 2.
/// </para>
/// </remarks>
public sealed class HrmModel : nn.Module<HrmCarry, PuzzleBatch, HrmOutput>
{
    /// <summary>Smallest batch whose product of the Q-head computes each row in the same way.</summary>
    private const long MinProductRows = 4;

    private const string PuzzleTable = "puzzle_emb";

    [ComponentName(Name = "embed_tokens")]
    private readonly CastedEmbedding _tokenEmbedding;

    [ComponentName(Name = "embed_pos")]
    private readonly CastedEmbedding? _positionEmbedding;

    [ComponentName(Name = PuzzleTable)]
    private readonly SparseEmbedding? _puzzleEmbedding;

    [ComponentName(Name = "feedback")]
    private readonly CastedLinear? _feedback;

    [ComponentName(Name = "lm_head")]
    private readonly CastedLinear _logitHead;

    [ComponentName(Name = "q_head")]
    private readonly CastedLinear _qHead;

    // Named like its child, which is registered under the same name, so that the loop adds no level to the keys.
    [ComponentName(Name = ModelKeys.LowLevel)]
    private readonly HierarchicalConvergence _recurrence;

    /// <summary>The thread of each current use of the weights; also the lock of <see cref="_isDisposed"/>.</summary>
    private readonly List<Thread> _users = [];

#pragma warning disable IDE0044 // Not readonly: moving a module replaces the fields by reflection.
    private bool _isDisposed;

    [ComponentName(Name = "H_init")]
    private Tensor _highInit; // [D]

    [ComponentName(Name = "L_init")]
    private Tensor _lowInit; // [D]
#pragma warning restore IDE0044

    /// <summary>Creates a model with the modules that the config describes.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="generator">Draws the weights.</param>
    /// <exception cref="InvalidConfigException">The config has bad fields, all are listed; or it names modules that it does not describe.</exception>
    public HrmModel(HrmConfig config, Generator generator)
        : this(Described(config), Modules(config, generator ?? throw new ArgumentNullException(nameof(generator))), generator)
    {
    }

    /// <summary>Creates a model around modules of your own.</summary>
    /// <param name="config">
    /// Embeddings, heads, cycles and dtype. The fields that describe the blocks are not used, but must be valid. Unless both modules are
    /// <see cref="ReasoningModule"/>s, <see cref="HrmConfig.Modules"/> gets the names of their types if it is not set.
    /// </param>
    /// <param name="high">H: (zH, zL) → zH, [B, S, D] each. Keys <c>H_level.*</c>.</param>
    /// <param name="low">L: (zL, zH + x) → zL, [B, S, D] each. Keys <c>L_level.*</c>; may be the same object as <paramref name="high"/>.</param>
    /// <param name="generator">Draws the weights of embeddings and heads.</param>
    /// <exception cref="InvalidConfigException">The config has bad fields; all are listed.</exception>
    public HrmModel(HrmConfig config, nn.Module<Tensor, Tensor, Tensor> high, nn.Module<Tensor, Tensor, Tensor> low, Generator generator)
        : this(Named(Checked(config), high, low), (high, low), generator ?? throw new ArgumentNullException(nameof(generator)))
    {
        HasOwnModules = true;
    }

    /// <summary>Creates a model whose weights are loaded afterwards.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="hasSharedLevel">Whether one module, of the low level's size, serves as both levels.</param>
    internal HrmModel(HrmConfig config, bool hasSharedLevel = false)
        : this(Described(config), Modules(config, null, hasSharedLevel), null)
    {
    }

    private HrmModel(
        HrmConfig config,
        (nn.Module<Tensor, Tensor, Tensor> High, nn.Module<Tensor, Tensor, Tensor> Low) modules,
        Generator? generator)
        : base(nameof(HrmModel))
    {
        Config = config;
        var embeddingDeviation = 1.0 / Math.Sqrt(config.HiddenSize);
        _tokenEmbedding = new CastedEmbedding(config.VocabularySize, config.HiddenSize, embeddingDeviation, config.ForwardDtype, generator);
        _positionEmbedding = config.PositionEncoding == PositionEncoding.Learned
            ? new CastedEmbedding(config.TokenCount, config.HiddenSize, embeddingDeviation, config.ForwardDtype, generator)
            : null;
        _puzzleEmbedding = config.PuzzleEmbeddingWidth > 0
            ? new SparseEmbedding(config.PuzzleIdCount, config.PuzzleEmbeddingWidth, config.ForwardDtype)
            : null;
        _feedback = config.PredictionFeedback ? new CastedLinear(config.VocabularySize, config.HiddenSize, generator: null) : null;
        _logitHead = new CastedLinear(config.HiddenSize, config.VocabularySize, generator);
        _qHead = new CastedLinear(config.HiddenSize, 2, generator: null, hasBias: true);
        using (no_grad())
        {
            // Halting starts with a low value; the model has to learn when to halt.
            using var low = (-5).ToScalar();
            _qHead.Bias!.fill_(low);
        }

        _highInit = InitialState(config, generator);
        _lowInit = InitialState(config, generator);
        if (config.SymbolSets > 1)
        {
            ShareAmongSymbols(config);
        }

        _recurrence = new HierarchicalConvergence(modules.High, modules.Low, config.HighCycles, config.LowCycles);
        if (!ReferenceEquals(modules.High, modules.Low))
        {
            register_module(ModelKeys.HighLevel, modules.High);
        }

        register_module(ModelKeys.LowLevel, modules.Low);
        RegisterComponents();
    }

    /// <summary>The architecture.</summary>
    public HrmConfig Config { get; }

    /// <summary>The name in a solver's metrics, traces and logs. Default: the last part of the folder that the model was loaded from, or <c>unnamed</c>.</summary>
    public string Name { get; set; } = "unnamed";

    /// <summary>The recurrence; its <see cref="HierarchicalConvergence.GradientMode"/> selects the updates that record gradients.</summary>
    public HierarchicalConvergence Recurrence => _recurrence;

    /// <summary>The puzzle embedding, or <see langword="null"/> if the config has none.</summary>
    public SparseEmbedding? PuzzleEmbedding => _puzzleEmbedding;

    /// <summary>The device of the weights.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public Device Device
    {
        get
        {
            using var use = Use();
            return _logitHead.Weight.device;
        }
    }

    /// <summary>Whether the levels are modules that the caller made; the config then does not describe them.</summary>
    internal bool HasOwnModules { get; }

    /// <summary>Whether the Q value of continuing was trained. Its weights start at zero and stay there with the halt-only loss.</summary>
    internal bool HasTrainedContinueValue
    {
        get
        {
            using var use = Use();
            using var scope = NewDisposeScope();
            return _qHead.Weight[1].ne(HeldScalars.Zero).any().cpu().item<bool>(); // [D]
        }
    }

    /// <summary>Loads a model that <see cref="Save"/> wrote. If it has only tensors of L, one module serves as both levels, as in TRM.</summary>
    /// <param name="folder">The folder with <c>config.json</c> and <c>model.safetensors</c>.</param>
    /// <param name="device">The device of the weights; the CPU by default.</param>
    /// <param name="forwardDtype">The dtype to compute in instead of the config's: float32 or bfloat16.</param>
    /// <param name="create">
    /// Creates the model if its modules are your own, from the folder's config with the <paramref name="forwardDtype"/>, and must return a
    /// model of this config. The weights bound the size of embeddings and heads, not of your modules: check the config of a foreign folder.
    /// </param>
    /// <exception cref="HrmException">
    /// A file is missing, damaged or does not fit the config, the error names it; or <paramref name="create"/> is missing or does not fit.
    /// </exception>
    public static HrmModel Load(string folder, Device? device = null, ScalarType? forwardDtype = null, Func<HrmConfig, HrmModel>? create = null)
        => ModelFolder.Load(folder, device ?? CPU, forwardDtype, create);

    /// <summary>Copies weights of the same names, shapes and dtypes into the model. Float32 weights may be stored as bfloat16 or float16.</summary>
    /// <param name="weights">The weights; the prefixes <c>_orig_mod.</c>, <c>model.inner.</c>, <c>module.</c> and <c>ema_model.</c> of names are ignored.</param>
    /// <exception cref="HrmFormatException">A tensor is missing or unknown, or has another shape or dtype.</exception>
    public void LoadWeights(WeightsFile weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var use = Use();
        ModelKeys.CopyInto(this, weights);
    }

    /// <summary>Creates a model with another number of puzzle ids, to learn new tasks. All other weights are copies of this model's.</summary>
    /// <remarks>The new rows of the puzzle table are zeros, as in a new model. To train only the table, freeze all parameters of the new model.</remarks>
    /// <param name="count">The number of ids.</param>
    /// <param name="kept">The number of first rows to copy; 0 replaces all. By default as many as both tables have.</param>
    /// <param name="create">Creates the model of a config; required for a model with modules of your own.</param>
    /// <returns>A model on the same device, with the same dtypes; dispose it. This model does not change.</returns>
    /// <exception cref="InvalidOperationException">The model has no puzzle table, or has modules of its own and <paramref name="create"/> is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kept"/> is negative or above one of the two counts.</exception>
    /// <exception cref="InvalidConfigException"><paramref name="count"/> is out of range.</exception>
    /// <exception cref="HrmFormatException"><paramref name="create"/> makes a model of another config or with other weights.</exception>
    public HrmModel WithPuzzleIds(int count, int? kept = null, Func<HrmConfig, HrmModel>? create = null)
    {
        if (_puzzleEmbedding is null)
        {
            throw new InvalidOperationException("puzzle ids: expected a model with a puzzle embedding, got one whose PuzzleEmbeddingWidth is 0.");
        }

        if (HasOwnModules && create is null)
        {
            throw new InvalidOperationException("create: expected a function that creates the model with its own modules, got none.");
        }

        var rows = Math.Min(count, Config.PuzzleIdCount);
        ArgumentOutOfRangeException.ThrowIfNegative(kept ?? 0, nameof(kept));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept ?? rows, rows, nameof(kept));
        using var use = Use();
        var config = Config with { PuzzleIdCount = count };
        var hasSharedLevel = ReferenceEquals(_recurrence.High, _recurrence.Low);
        return ModelFolder.CreateFilled(config, hasSharedLevel, create, other => other.CopyWeights(this, kept ?? rows));
    }

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c>; each file appears only when it is complete.</summary>
    /// <remarks>
    /// Bfloat16 weights take half the size. A model with this forward dtype computes the same segments from them, because it casts its
    /// weights anyway. Save float32 weights to continue training.
    /// </remarks>
    /// <param name="folder">The folder; created if it is missing.</param>
    /// <param name="dtype">The dtype of the stored weights: Float32 or BFloat16; by default the model's own.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dtype"/> is another one.</exception>
    /// <exception cref="HrmException">The folder cannot be written.</exception>
    public void Save(string folder, ScalarType? dtype = null) => ModelFolder.Save(this, folder, dtype);

    /// <summary>Creates the carry that a puzzle starts with: <c>H_init</c> and <c>L_init</c> at every token.</summary>
    /// <param name="batchSize">B.</param>
    /// <returns>A carry that the caller owns.</returns>
    public HrmCarry InitialCarry(long batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        using var use = Use();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        long[] shape = [batchSize, Config.TokenCount, Config.HiddenSize];
        return new HrmCarry(_highInit.expand(shape).clone(), _lowInit.expand(shape).clone()).DetachFromDisposeScope(); // [B, S, D]
    }

    /// <summary>Resets the marked rows of a carry to the initial state.</summary>
    /// <param name="carry">[B, S, D] each; not changed.</param>
    /// <param name="rows">[B], bool.</param>
    /// <returns>A carry that the caller owns.</returns>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public HrmCarry ResetCarry(HrmCarry carry, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(carry);
        ArgumentNullException.ThrowIfNull(rows);
        ShapeGuard.Require(rows, nameof(rows), "B");
        RequireCarry(carry, rows.size(0));
        using var use = Use();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var mask = rows.view(-1, 1, 1); // [B, 1, 1]
        return new HrmCarry(where(mask, _highInit, carry.High), where(mask, _lowInit, carry.Low)).DetachFromDisposeScope(); // [B, S, D]
    }

    /// <summary>Runs one segment.</summary>
    /// <param name="carry">The initial states, [B, S, D] each; not changed.</param>
    /// <param name="batch">The puzzles, [B, seq_len].</param>
    /// <returns>Logits, Q values and the next carry; the caller (or the caller's dispose scope) owns them.</returns>
    /// <exception cref="ShapeMismatchException">The shape of carry or batch does not fit the config; A token or puzzle id exceeds the tables.</exception>
    public override HrmOutput forward(HrmCarry carry, PuzzleBatch batch)
    {
        ArgumentNullException.ThrowIfNull(carry);
        ArgumentNullException.ThrowIfNull(batch);
        ShapeGuard.Require(batch.Inputs, "inputs", "B", Config.SequenceLength);
        RequireCarry(carry, batch.Size);
        batch.Limits.RequireWithin(Config);
        using var use = Use();
        using var scope = NewDisposeScope();
        var states = _recurrence.call(carry, Embed(carry, batch)); // [B, S, D] each
        var logits = Logits(states.High); // [B, seq_len, V]
        var q = QValues(states.High.select(1, 0)); // [B, 2]
        return new HrmOutput(
            scope.MoveToOuter(logits),
            scope.MoveToOuter(q.select(1, 0)), // [B]
            scope.MoveToOuter(q.select(1, 1)), // [B]
            new HrmCarry(scope.MoveToOuter(states.High.detach()), scope.MoveToOuter(states.Low.detach())));
    }

    /// <summary>
    /// x of the segment that starts from a carry: √D · [prefix ; token embedding], [B, S, D]; with learned positions
    /// √D · 0.7071 · (… + positions); plus the embedded prediction of the carry, if the config feeds it back.
    /// </summary>
    internal Tensor Embed(HrmCarry carry, PuzzleBatch batch)
    {
        using var scope = NewDisposeScope();
        var embedded = _tokenEmbedding.call(batch.Inputs); // [B, seq_len, D]
        if (_puzzleEmbedding is not null)
        {
            embedded = cat([Prefix(batch.PuzzleIds), embedded], 1); // [B, S, D]
        }

        if (_positionEmbedding is not null)
        {
            // The factor gives the sum the variance of its terms.
            embedded = embedded.Plus(_positionEmbedding.Weight.CastTo(embedded.dtype)).Times(0.707106781); // [B, S, D]
        }

        var injection = embedded.Times(Math.Sqrt(Config.HiddenSize)); // [B, S, D]
        if (_feedback is not null)
        {
            var prediction = _feedback.call(Prediction(carry.High)); // [B, seq_len, D]
            injection = injection.Plus(nn.functional.pad(prediction, [0, 0, Config.PrefixLength, 0])); // [B, S, D]
        }

        return injection.MoveToOuterDisposeScope();
    }

    /// <summary>The logits of a state, [B, seq_len, V], without the prefix.</summary>
    private Tensor Logits(Tensor high) => _logitHead.call(high.narrow(1, Config.PrefixLength, Config.SequenceLength)); // [B, seq_len, V]

    /// <summary>The probabilities of the token values that a state predicts, [B, seq_len, V], in the forward dtype, without a graph.</summary>
    private Tensor Prediction(Tensor high)
    {
        using var noGradient = no_grad();
        return Logits(high).CastTo(ScalarType.Float32).softmax(-1).CastTo(Config.ForwardDtype); // [B, seq_len, V]
    }

    /// <summary>The rows of the puzzles, padded with zeros and split into P tokens, [B, P, D].</summary>
    private Tensor Prefix(Tensor puzzleIds)
    {
        var rows = _puzzleEmbedding!.call(puzzleIds); // [B, W]
        var padding = (Config.PrefixLength * Config.HiddenSize) - Config.PuzzleEmbeddingWidth;
        var padded = padding == 0 ? rows : nn.functional.pad(rows, [0, padding]); // [B, P·D]
        return padded.view(-1, Config.PrefixLength, Config.HiddenSize); // [B, P, D]
    }

    /// <summary>The Q values, [B, 2], float32, of the first token's state, [B, D].</summary>
    private Tensor QValues(Tensor first)
    {
        // A product of three rows or fewer is computed in another order: a row's Q would depend on the other rows.
        var rows = first.size(0);
        var padded = rows < MinProductRows ? nn.functional.pad(first, [0, 0, 0, MinProductRows - rows]) : first; // [≥ 4, D]
        return _qHead.call(padded).narrow(0, 0, rows).CastTo(ScalarType.Float32); // [B, 2]
    }

    private void RequireCarry(HrmCarry carry, long batchSize)
    {
        foreach (var (state, name) in new[] { (carry.High, "carry.High"), (carry.Low, "carry.Low") })
        {
            ShapeGuard.Require(state, name, batchSize, Config.TokenCount, Config.HiddenSize);
            if (state.dtype != Config.ForwardDtype)
            {
                // libtorch would silently promote another dtype, and the model would compute in it.
                throw new ShapeMismatchException(name, $"{Config.ForwardDtype}", $"{state.dtype}");
            }
        }
    }

    /// <summary>Takes over device, dtypes and values of another model of the same tensors, and the first rows of its puzzle table.</summary>
    private void CopyWeights(HrmModel other, long rows)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (other._logitHead.Weight.dtype != _logitHead.Weight.dtype)
        {
            CastWeights();
        }

        this.to(other.Device);
        var (own, stored) = (state_dict(), other.state_dict());
        ModelKeys.RequireSame("create", stored.Keys, own.Keys);
        foreach (var (name, tensor) in own)
        {
            var isTable = name.StartsWith(PuzzleTable, StringComparison.Ordinal);
            var (target, source) = isTable ? (tensor.narrow(0, 0, rows), stored[name].narrow(0, 0, rows)) : (tensor, stored[name]); // [rows, W]
            ShapeGuard.Require(target, name, [.. source.shape]);
            target.copy_(source);
        }
    }

    /// <summary>Casts the weights to the forward dtype permanently, which saves the cast in every call; only for inference.</summary>
    internal void CastWeights()
    {
        using var use = Use();
        this.to(Config.ForwardDtype);
    }

    /// <summary>Keeps the weights alive until the result is disposed, on the same thread. Can be nested.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal ModelUse Use()
    {
        lock (_users)
        {
            ObjectDisposedException.ThrowIf(_isDisposed && !_users.Contains(Thread.CurrentThread), this);
            _users.Add(Thread.CurrentThread);
        }

        return new ModelUse(_users);
    }

    /// <summary>Rejects further calls, waits for running calls, training steps and solver segments, and frees the weights.</summary>
    /// <param name="disposing">Whether <c>Dispose</c> is the caller.</param>
    /// <exception cref="InvalidOperationException">Called by a callback of such a call, which would wait for itself.</exception>
    protected override void Dispose(bool disposing)
    {
        if (!disposing)
        {
            base.Dispose(disposing);
            return;
        }

        lock (_users)
        {
            if (_users.Contains(Thread.CurrentThread))
            {
                throw new InvalidOperationException(
                    "HrmModel.Dispose: expected a call after the model's work, got one from a callback within it, which would wait for itself.");
            }

            var isFirst = !_isDisposed;
            _isDisposed = true;
            while (_users.Count > 0)
            {
                Monitor.Wait(_users);
            }

            if (isFirst)
            {
                base.Dispose(disposing);
                _recurrence?.Dispose();
            }
        }
    }

    /// <summary>One use of a model's weights; disposing it ends the use.</summary>
    internal readonly struct ModelUse(List<Thread> users) : IDisposable
    {
        public void Dispose()
        {
            lock (users)
            {
                users.Remove(Thread.CurrentThread);
                Monitor.PulseAll(users);
            }
        }
    }

    /// <summary>Requires a config that describes its modules.</summary>
    private static HrmConfig Described(HrmConfig config) => Checked(config).Modules is not { } kind
        ? config
        : throw new InvalidConfigException("model config", [$"Modules: expected none, as the model has the modules that the config describes, got {Quote.Text(kind)}: pass yours to the other constructor"]);

    /// <summary>Names the modules in the config, unless it names them or may describe them.</summary>
    private static HrmConfig Named(HrmConfig config, params nn.Module<Tensor, Tensor, Tensor>[] modules)
    {
        var kinds = string.Join(", ", modules.Select(module => (module ?? throw new ArgumentNullException(nameof(modules), "expected modules H and L, got null")).GetType().Name).Distinct());
        return config.Modules is not null || kinds == nameof(ReasoningModule) ? config : config with { Modules = Quote.Shorten(kinds, HrmConfigRules.MaxKind - 1) };
    }

    private static HrmConfig Checked(HrmConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        return config;
    }

    private static (nn.Module<Tensor, Tensor, Tensor> High, nn.Module<Tensor, Tensor, Tensor> Low) Modules(HrmConfig config, Generator? generator, bool hasSharedLevel = false)
    {
        var rotary = ReasoningModule.CreateRotary(config);
        var high = hasSharedLevel ? null : ReasoningModule.Create(config, config.HighLayers, rotary, generator);
        var low = ReasoningModule.Create(config, config.LowLayers, rotary, generator);
        return (high ?? low, low);
    }

    /// <summary>
    /// Gives all symbols equal initial weights: a token that is a symbol has one vector in the channels of this symbol and another one in
    /// those of each other symbol, any other token has one vector in all channels.
    /// </summary>
    private void ShareAmongSymbols(HrmConfig config)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (symbols, others) = (config.Symbols, config.VocabularySize - config.Symbols);
        foreach (var table in new Tensor[] { _tokenEmbedding.Weight, _logitHead.Weight })
        {
            var sets = table.view(config.VocabularySize, symbols, -1); // [V, symbols, D / symbols]
            var own = sets[others, 1].clone(); // [D / symbols]
            sets.copy_(sets.narrow(1, 0, 1).clone());
            var ofSymbols = sets.narrow(0, others, symbols); // [symbols, symbols, D / symbols]
            ofSymbols.copy_(ofSymbols.narrow(0, 0, 1).clone());
            ofSymbols.diagonal(0, 0, 1).copy_(own.unsqueeze(1)); // [D / symbols, symbols]
        }

        foreach (var state in new[] { _highInit, _lowInit })
        {
            var sets = state.view(symbols, -1); // [symbols, D / symbols]
            sets.copy_(sets[0].clone());
        }
    }

    private static Tensor InitialState(HrmConfig config, Generator? generator)
    {
        using var scope = NewDisposeScope();
        return Initializers.NewTensor([config.HiddenSize], 1, generator).to(config.ForwardDtype, copy: true).DetachFromDisposeScope(); // [D]
    }
}
