using Hrm.Layers.Kernels;
using Hrm.Runtime;
using TorchSharp;

namespace Hrm.Layers.Tests.Kernels;

public sealed class KernelThreadsTests
{
    /// <summary>The entry into libtorch's threads is looked up once, possibly before a test has loaded libtorch.</summary>
    static KernelThreadsTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Threads_of_libtorch_can_be_entered_on_linux()
        => KernelThreads.HasOpenMp.Should().Be(OperatingSystem.IsLinux());

    [Theory]
    [InlineData(2, 2, true)]
    [InlineData(2, 3, true)]
    [InlineData(5, 1001, true)]
    [InlineData(2, 2, false)]
    [InlineData(5, 1001, false)]
    public void Every_row_is_processed_once(int threads, long rows, bool isOpenMp)
    {
        var counts = new int[rows];
        KernelThreads.RunOn(threads, rows, Count(counts), isOpenMp && KernelThreads.HasOpenMp);

        counts.Should().OnlyContain(count => count == 1);
    }

    [Theory]
    [InlineData(0, 100_000)]
    [InlineData(1, 100_000)]
    [InlineData(7, 1)]
    [InlineData(1000, 1000)]
    public void Every_row_is_processed_once_for_any_size(long rows, long valuesPerRow)
    {
        var counts = new int[rows + 1];
        KernelThreads.Run(rows, valuesPerRow, Count(counts));

        counts.Should().Equal([.. Enumerable.Repeat(1, (int)rows), 0]);
    }

    [Fact]
    public void Kernel_uses_as_many_threads_as_libtorch()
    {
        var before = torch.get_num_threads();
        var threads = new int[1000];
        try
        {
            torch.set_num_threads(1);
            KernelThreads.Run(1000, 1000, (begin, end) => threads.AsSpan((int)begin, (int)(end - begin)).Fill(Environment.CurrentManagedThreadId));
            threads.Should().OnlyContain(id => id == Environment.CurrentManagedThreadId);
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Fact]
    public void A_thread_sets_only_its_own_number()
    {
        var standard = torch.get_num_threads();
        OnNewThread(() =>
        {
            KernelThreads.Use(standard + 1);
            return torch.get_num_threads();
        }).Should().Be(standard + 1);
        torch.get_num_threads().Should().Be(standard);
        OnNewThread(torch.get_num_threads).Should().Be(standard);

        static int OnNewThread(Func<int> read)
        {
            var number = 0;
            var thread = new Thread(() => number = read());
            thread.Start();
            thread.Join();
            return number;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Exception_in_the_kernel_reaches_the_caller(bool isOpenMp)
    {
        var run = () => KernelThreads.RunOn(2, 100, (begin, _) => throw new InvalidOperationException($"row {begin}"), isOpenMp && KernelThreads.HasOpenMp);
        run.Should().Throw<InvalidOperationException>().WithMessage("row *");
        run.Should().Throw<InvalidOperationException>("the threads continue to work");
    }

    [Fact]
    public void Concurrent_callers_do_not_affect_each_other()
    {
        Parallel.For(0, 4, _ =>
        {
            for (var round = 0; round < 50; round++)
            {
                var counts = new int[2000];
                KernelThreads.Run(2000, 100, Count(counts));
                counts.Should().OnlyContain(count => count == 1);
            }
        });
    }

    private static Action<long, long> Count(int[] counts) => (begin, end) =>
    {
        for (var row = begin; row < end; row++)
        {
            Interlocked.Increment(ref counts[row]);
        }
    };
}
