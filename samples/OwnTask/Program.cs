using Hrm.Core;
using Hrm.Training;
using TorchSharp;

// Data: 400 questions to learn from, each with three variants, and 200 for the test.
// <own-data>
var task = new SortingTask(length: 6);
var random = new StatefulRandom(1);
var questions = Enumerable.Range(0, 600).Select(_ => random.Next(1_000_000).ToString("D6"));
var examples = questions.Select(question => new PuzzleExample(task.Parse(question), task.Parse(string.Concat(question.Order())))).ToArray();
var training = new InMemoryPuzzleDataset(examples[..400].Select(example => PuzzleGroup.Augmented(example, task, variants: 3, random)), task.VocabularySize);
var test = new InMemoryPuzzleDataset(examples[400..], task.VocabularySize);
// </own-data>

// Training.
// <own-training>
var options = TrainerPresets.Tiny();
options.TotalSteps = 600;
options.GradientMode = GradientMode.LastCycle;
options.Halting.MaxSegments = 2;

using var generator = new torch.Generator(1);
using var model = new HrmModel(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator);
using var trainer = new HrmTrainer(model, options, generator);
using var stream = new TrainingStream(training, options.GlobalBatchSize, augmentation: task);
var run = new TrainingRun(trainer, stream, new TrainingRunOptions());
run.Run();
// </own-training>

// The score on the test.
// <own-score>
var solved = 0;
var evaluator = new Evaluator(model, options.Halting.MaxSegments);
var averages = evaluator.Evaluate(test, example => solved += task.IsSolution(example.Inputs, example.Answer) ? 1 : 0);
Console.WriteLine($"{solved} of {test.ExampleCount} solved, {averages.ExactAccuracy:P0} exact");
// </own-score>

// The saved model solves a question.
// <own-solver>
model.Save("sorting-model");
using var solver = HrmSolver.Load("sorting-model", new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });
var answer = new PuzzleSolver(solver, task).Solve("539031");
Console.WriteLine($"{answer.Text}: {(answer.IsSolution ? "sorted" : "not sorted")}");
// </own-solver>
