using System.Diagnostics;
using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.PyTorch.Tests;

/// <summary>Damaged checkpoints: each is refused, or gives the weights of the undamaged file.</summary>
public sealed class TorchSaveMutationTests : IDisposable
{
    private const int Mutations = 1_500;
    private const long MaxExtraBytes = 64_000_000;

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _valid = File.ReadAllBytes(RepositoryFolder.Combine("tests", "golden", "official_checkpoint", "step_4"));
    private readonly Dictionary<string, byte[]> _weights;

    public TorchSaveMutationTests()
    {
        File.WriteAllBytes(_folder["valid"], _valid);
        _weights = ReadAll(_folder["valid"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Mutated_file_is_refused_or_gives_the_same_weights()
    {
        var random = new StatefulRandom(20260301);
        var refused = Enumerable.Range(0, Mutations).Count(_ => IsRefused(Mutate(random)));

        // Both outcomes must occur, or the mutations test nothing.

        refused.Should().BeInRange(Mutations / 2, Mutations - (Mutations / 100));
    }

    /// <summary>Cuts in small steps near the ends of the file, where the pickle and the directory are, and in large ones between them.</summary>
    [Fact]
    public void Truncated_file_is_refused()
    {
        for (var length = 0; length < _valid.Length; length += length < 4_000 || length > _valid.Length - 4_000 ? 37 : 9_973)
        {
            IsRefused(_valid[..length]).Should().BeTrue($"it was cut to {length} bytes");
        }
    }

    private byte[] Mutate(StatefulRandom random)
    {
        var index = IndexOf(random);
        var bytes = _valid.ToArray();
        switch (random.Next(5))
        {
            case 0:
                return [.. bytes[..index], (byte)random.Next(256), .. bytes[index..]];
            case 1:
                return [.. bytes[..index], .. bytes[(index + 1)..]];
            case 2:
                random.NextBytes(bytes.AsSpan(index, Math.Min(random.Next(1, 9), bytes.Length - index)));
                return bytes;
            default:
                bytes[index] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    /// <summary>An index that is often in the pickle, the directory or the end records: most of the file is data.</summary>
    private int IndexOf(StatefulRandom random) => random.Next(5) switch
    {
        0 => random.Next(3_100),
        1 => _valid.Length - 1 - random.Next(98),
        2 => _valid.Length - 1 - random.Next(1_700),
        _ => random.Next(_valid.Length),
    };

    /// <summary>Returns true if the bytes are refused with a typed exception; otherwise requires the weights of the undamaged file.</summary>
    private bool IsRefused(byte[] bytes)
    {
        var path = _folder["mutated"];
        File.WriteAllBytes(path, bytes);
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var weights = ReadAll(path);
            weights.Keys.Should().Equal(_weights.Keys);
            foreach (var (name, data) in weights)
            {
                data.AsSpan().SequenceEqual(_weights[name]).Should().BeTrue($"{name} is not damaged");
            }

            return false;
        }
        catch (HrmException)
        {
            return true;
        }
        finally
        {
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(bytes.Length + MaxExtraBytes);
            watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
        }
    }

    private static Dictionary<string, byte[]> ReadAll(string path)
    {
        using var file = TorchSaveFile.Open(path);
        return file.Names.ToDictionary(name => name, name =>
        {
            using var tensor = file.Read(name);
            return tensor.bytes.ToArray();
        });
    }
}
