using System.Diagnostics;
using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Training.Tests;

/// <summary>
/// Flips, cuts, inserts and removes bytes in every region of every file of a checkpoint. The result is a typed exception or the
/// checkpoint before it, and memory stays small.
/// </summary>
public sealed class CheckpointMutationTests : IDisposable
{
    private const int Mutations = 1_200;
    private const long Allowance = 64 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)] // accidental damage
    [InlineData(true)] // with matching checksums, as an attacker would write it
    public void A_mutated_checkpoint_is_refused_or_read(bool sumsFit)
    {
        using var training = new SmallTraining();
        var (older, newer) = (Save(training, 2), Save(training, 4));
        var names = Directory.GetFiles(newer).Select(file => Path.GetFileName(file)!).Where(name => !sumsFit || name != "SHA256SUMS").ToArray();
        var originals = names.ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(newer, name)));
        var size = originals.Values.Max(bytes => bytes.Length);
        var saved = training.State();
        var random = new StatefulRandom(20260102);
        var (usedOlder, usedNewer, refused) = (0, 0, 0);
        using var store = CheckpointStore.Open(_folder["store"]);
        using var target = new SmallTraining();
        using var process = Process.GetCurrentProcess();
        var resident = process.WorkingSet64;
        for (var i = 0; i < Mutations; i++)
        {
            var name = names[i % names.Length];
            var file = Path.Combine(newer, name);
            File.WriteAllBytes(file, Mutate(originals[name], random, region: i / names.Length));
            if (sumsFit)
            {
                ChecksumList.Write(newer, CheckpointStore.FileNames);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var restored = store.Restore(target.Trainer, target.Stream)!;
                _ = restored.Step == 4 ? usedNewer++ : usedOlder++;
                restored.Damaged.Count.Should().Be(restored.Step == 4 ? 0 : 1);
                if (!sumsFit && restored.Step == 4)
                {
                    // Only a line end of the list can have changed; line ends are ignored.
                    name.Should().Be("SHA256SUMS");
                    target.State().Should().AllSatisfy(entry => saved[entry.Key].AsSpan().SequenceEqual(entry.Value).Should().BeTrue(entry.Key));
                }
            }
            catch (HrmException)
            {
                refused++;
            }

            (GC.GetAllocatedBytesForCurrentThread() - allocated).Should().BeLessThan(size + Allowance);
            File.WriteAllBytes(file, originals[name]);
        }

        process.Refresh();
        (process.WorkingSet64 - resident).Should().BeLessThan(size + Allowance);
        if (sumsFit)
        {
            // A changed weight is a valid weight. Other changes are refused.
            usedNewer.Should().BeGreaterThan(Mutations / 10);
            refused.Should().BeGreaterThan(Mutations / 10);
        }
        else
        {
            refused.Should().Be(0);
            usedNewer.Should().BeLessThan(Mutations / 100);
            usedOlder.Should().Be(Mutations - usedNewer);
        }

        Directory.Exists(older).Should().BeTrue();
    }

    /// <summary>One edit in a region that moves through the file from mutation to mutation.</summary>
    private static byte[] Mutate(byte[] original, StatefulRandom random, int region)
    {
        const int Regions = 50;
        var place = (int)Math.Min(original.Length - 1, ((long)original.Length * (region % Regions) / Regions) + random.Next((original.Length / Regions) + 1));
        return random.Next(5) switch
        {
            0 => original[..place],
            1 => [.. original[..place], (byte)random.Next(256), .. original[place..]],
            2 => [.. original[..place], .. original[(place + 1)..]],
            3 => [.. original[..place], (byte)(original[place] + 1 + random.Next(255)), .. original[(place + 1)..]],
            _ => [.. original[..place], (byte)(original[place] ^ (1 << random.Next(8))), .. original[(place + 1)..]],
        };
    }

    private string Save(SmallTraining training, int step)
    {
        training.StepTo(step);
        using var store = CheckpointStore.Open(_folder["store"]);
        store.Save(training.Trainer, new TrainingRunState(), training.Stream);
        return _folder["store", $"step-{step:d12}"];
    }
}
