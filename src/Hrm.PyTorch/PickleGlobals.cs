using TorchSharp;

namespace Hrm.PyTorch;

/// <summary>The Python names that weights need, and their effect when called. No other name is looked up.</summary>
internal sealed class PickleGlobals(PickleBytes bytes)
{
    private const int MaxDimensions = 64;
    private const int MaxKeyLength = 9;
    private const string StorageTag = "storage";
    private const string OrderedDictionary = "collections.OrderedDict";
    private const string RebuildTensor = "torch._utils._rebuild_tensor_v2";
    private const string RebuildParameter = "torch._utils._rebuild_parameter";

    private static readonly Dictionary<string, PickleGlobal> Allowed = new PickleGlobal[]
    {
        new(OrderedDictionary),
        new(RebuildTensor),
        new(RebuildParameter),
        OfStorage("Float", torch.ScalarType.Float32),
        OfStorage("Double", torch.ScalarType.Float64),
        OfStorage("Half", torch.ScalarType.Float16),
        OfStorage("BFloat16", torch.ScalarType.BFloat16),
        OfStorage("Long", torch.ScalarType.Int64),
        OfStorage("Int", torch.ScalarType.Int32),
        OfStorage("Short", torch.ScalarType.Int16),
        OfStorage("Char", torch.ScalarType.Int8),
        OfStorage("Byte", torch.ScalarType.Byte),
        OfStorage("Bool", torch.ScalarType.Bool),
    }.ToDictionary(global => global.Name, StringComparer.Ordinal);

    public PickleGlobal Find(string module, string name) => Allowed.TryGetValue($"{module}.{name}", out var global)
        ? global
        : throw bytes.Fault($"expected one of {string.Join(", ", Allowed.Keys)}, got {Quote.Text($"{module}.{name}")}: refused, nothing of the file is executed");

    public object Call(PickleGlobal callable, object?[] arguments) => callable.Name switch
    {
        OrderedDictionary when arguments.Length == 0 => new PickleDictionary(isOrdered: true),
        RebuildTensor when arguments is [TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides, bool, PickleDictionary { Items.Count: 0 }]
            => Tensor(storage, offset, shape, strides),
        RebuildParameter when arguments is [TorchTensor tensor, bool, PickleDictionary { Items.Count: 0 }] => tensor,
        _ => throw bytes.Fault($"{callable.Name}: expected the arguments that torch.save writes, got {PickleContainer.Describe(arguments)}"),
    };

    /// <summary>Returns the storage of a persistent id: ('storage', class, key, device, count).</summary>
    public TorchStorage Storage(object? id)
    {
        if (id is not PickleTuple { Items: [StorageTag, PickleGlobal { StorageDtype: { } dtype }, string key, string, long count] })
        {
            var got = id is PickleTuple tuple ? PickleContainer.Describe(tuple.Items) : PickleContainer.Describe(id);
            throw bytes.Fault($"expected the persistent id ('storage', class, key, device, count), got {got}: refused");
        }

        if (key.Length is 0 or > MaxKeyLength || !key.All(char.IsAsciiDigit))
        {
            throw bytes.Fault($"expected a storage's key of 1 to {MaxKeyLength} digits, got {Quote.Text(key)}: refused");
        }

        return count >= 0 ? new TorchStorage(key, dtype, count) : throw bytes.Fault($"expected a storage of at least 0 elements, got {count}");
    }

    private static PickleGlobal OfStorage(string name, torch.ScalarType scalar) => new($"torch.{name}Storage", WeightsDtype.Find(scalar));

    private TorchTensor Tensor(TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides)
    {
        var tensor = new TorchTensor(storage, offset, Numbers("shape", shape), Numbers("stride", strides));
        if (tensor.Shape.Length != tensor.Strides.Length || tensor.Shape.Length > MaxDimensions)
        {
            throw bytes.Fault($"expected at most {MaxDimensions} dimensions and a stride for each, got {tensor.Shape.Length} and {tensor.Strides.Length}");
        }

        return offset >= 0 ? tensor : throw bytes.Fault($"expected a storage offset of at least 0, got {offset}");
    }

    private long[] Numbers(string what, PickleTuple tuple) => Array.ConvertAll(tuple.Items, item => item is long and >= 0
        ? (long)item
        : throw bytes.Fault($"{what}: expected whole numbers of at least 0, got {PickleContainer.Describe(item)}"));
}
