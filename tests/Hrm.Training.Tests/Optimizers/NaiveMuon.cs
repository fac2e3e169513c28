namespace Hrm.Training.Tests;

/// <summary>Muon as its formula reads, in loops over float64.</summary>
internal static class NaiveMuon
{
    /// <summary>One step; weights and momentum are changed.</summary>
    public static void Step(double[,] weights, double[,] gradient, double[,] momentum, OptimizerOptions options, double learningRate)
    {
        var (rows, columns) = (weights.GetLength(0), weights.GetLength(1));
        Set(momentum, (r, c) => (options.Momentum * momentum[r, c]) + gradient[r, c]);
        var direction = new double[rows, columns];
        Set(direction, (r, c) => gradient[r, c] + (options.Momentum * momentum[r, c]));
        direction = Orthogonalize(direction, options.NewtonSchulzSteps);
        var scale = learningRate * 0.2 * Math.Sqrt(Math.Max(rows, columns));
        Set(weights, (r, c) => (weights[r, c] * (1 - (learningRate * options.WeightDecay))) - (scale * direction[r, c]));
    }

    /// <summary>The wide form throughout: a tall matrix takes a larger square, with the same result.</summary>
    private static double[,] Orthogonalize(double[,] matrix, int steps)
    {
        var norm = Math.Sqrt(matrix.Cast<double>().Sum(value => value * value)) + 1e-7;
        var x = (double[,])matrix.Clone();
        Set(x, (r, c) => x[r, c] / norm);
        for (var step = 0; step < steps; step++)
        {
            var square = Multiply(x, Transpose(x));
            var fourth = Multiply(square, square);
            Set(square, (r, c) => (-4.7750 * square[r, c]) + (2.0315 * fourth[r, c]));
            var change = Multiply(square, x);
            Set(x, (r, c) => (3.4445 * x[r, c]) + change[r, c]);
        }

        return x;
    }

    private static double[,] Multiply(double[,] left, double[,] right)
    {
        var product = new double[left.GetLength(0), right.GetLength(1)];
        Set(product, (r, c) => Enumerable.Range(0, left.GetLength(1)).Sum(k => left[r, k] * right[k, c]));
        return product;
    }

    private static double[,] Transpose(double[,] matrix)
    {
        var transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        Set(transposed, (r, c) => matrix[c, r]);
        return transposed;
    }

    private static void Set(double[,] matrix, Func<int, int, double> value)
    {
        for (var row = 0; row < matrix.GetLength(0); row++)
        {
            for (var column = 0; column < matrix.GetLength(1); column++)
            {
                matrix[row, column] = value(row, column);
            }
        }
    }
}
